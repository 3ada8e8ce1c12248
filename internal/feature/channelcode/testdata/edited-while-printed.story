# A code is changed while it hangs on the wall: the print goes on, for the new members.
member zhang 张三
member li 李四
person wang 王小明
person zhao 赵敏
code 海报 members=zhang greeting=旧的
scan wang 海报
chat wang zhang 旧的
edit 海报 members=li greeting=新的
status 海报 live
serves 海报 li
calls add_contact_way 1
scan zhao 海报
chat zhao li 新的
count 海报 added=2
