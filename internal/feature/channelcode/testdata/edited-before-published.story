# WeCom answers slowly while the code is made, and it is edited meanwhile: there is one
# contact way, and it has the new members.
member zhang 张三
member li 李四
person wang 王小明
fault busy operation=add_contact_way
code 展会 members=zhang
status 展会 pending
heal
line slow=30s add_contact_way 1
advance 1h unsettled
waits add_contact_way
edit 展会 members=li unsettled
advance 30s
advance 1m
calls update_contact_way 1
status 展会 live
print 展会
serves 展会 li
scan wang 展会
count 展会 added=1
