# Neither the refusal nor the end is told: asking WeCom finds both.
member zhang 张三
member li 李四
person wang 王小明
person chen 陈静
add wang zhang
add chen zhang
hand zhang to=li as=one
fault callback_drop
refuse wang
items one waiting=2
advance 21m
items one waiting=1 refused=1
advance 25h
items one accepted=1 refused=1
holds li chen
