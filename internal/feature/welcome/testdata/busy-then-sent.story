# WeCom says -1 three times, then takes the greeting.
member zhang 张三
person wang 王小明
greeting company 你好
fault busy operation=send_welcome_msg count=3
add wang zhang
advance 1s
advance 1s
advance 1s
chat wang zhang 你好
delivery wang sent tries=4
