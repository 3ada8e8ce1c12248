# Callbacks are repeated: the customer is greeted once.
member zhang 张三
person wang 王小明
greeting company 你好
fault callback_duplicate event=change_external_contact
add wang zhang
repeat
chat wang zhang 你好
delivery wang sent
calls send_welcome_msg 1

# He leaves and comes back: WeCom offers a greeting again.
heal
advance 1h
drop zhang wang
advance 1h
add wang zhang
calls send_welcome_msg 2
