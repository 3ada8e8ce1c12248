# Callbacks come late and in another order: the figures come out the same.
member zhang 张三
person wang 王小明
person zhao 赵敏
code 展会 members=zhang
fault callback_reorder event=change_external_contact
scan wang 展会
scan zhao 展会
heal
advance 1m
lose wang zhang
advance 1m
count 展会 added=2 lost=1
repeat
count 展会 added=2 lost=1
