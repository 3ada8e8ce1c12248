# WeCom's results say the opposite of what happened: what happened counts.
member zhang 张三
member li 李四
person wang 王小明
person chen 陈静
add wang zhang
add chen zhang
hand zhang to=li as=one
fault contrary_result
fault callback_drop event=change_external_contact/transfer_fail
refuse wang
advance 30m
items one waiting=2
advance 25h
items one accepted=1 waiting=1
heal
advance 4h
items one accepted=1 refused=1
holds li chen
holds zhang wang
