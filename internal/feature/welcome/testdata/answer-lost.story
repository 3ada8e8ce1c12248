# WeCom takes the greeting and the answer is lost on the way, as when we crash before we
# write it down: the second try hears 41051, and knows that the first went through.
member zhang 张三
person wang 王小明
greeting company 你好
line lose send_welcome_msg 1
add wang zhang
advance 1s
chat wang zhang 你好
delivery wang sent tries=2
