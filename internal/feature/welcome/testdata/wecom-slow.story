# WeCom takes ten seconds to take the greeting: it arrives, in time and once.
member zhang 张三
person wang 王小明
greeting company 你好
line slow=10s send_welcome_msg 1
add wang zhang unsettled
waits send_welcome_msg
advance 10s
chat wang zhang 你好
delivery wang sent tries=1
calls send_welcome_msg 1
