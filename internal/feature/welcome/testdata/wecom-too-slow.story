# WeCom takes longer than the code lives: nothing arrives, and the log says why.
member zhang 张三
person wang 王小明
greeting company 你好
line slow=1m send_welcome_msg
add wang zhang unsettled
waits send_welcome_msg
advance 18s
advance 1s
chat wang zhang
delivery wang late 20
