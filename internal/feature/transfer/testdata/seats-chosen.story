# Who takes a leaver's seats is said in the plan: by itself the seats are spread as the
# customers are; a code with others may just lose the leaver; a seat may wait.
member zhang 张三
member li 李四
member zhao 赵六
member qian 钱七
person wang 王小明
person chen 陈静
person wu 吴刚
code 展会 members=zhang,qian
code 门店 members=zhang
code 官网 members=zhang
code 地推 members=zhang,qian
code 内购 members=zhang
scan wang 门店
scan chen 门店
scan wu 门店
resign zhang
# Nobody is left in this one: it cannot just lose him.
! hand zhang to=li,zhao seats=门店:drop
stdout '没有其他成员接待'
# Only who takes over customers can take seats.
! hand zhang to=li,zhao seats=门店:qian
stdout '接替成员之一'
hand zhang to=li,zhao seats=展会:drop,内购:keep,官网:li as=one
serves 展会 qian
serves 门店 li
serves 官网 li
serves 地推 qian,zhao
status 内购 broken
api owner GET /api/transfer/transfers/${one}
stdout '"name":"展会","from":{"member":"zhang","name":"张三"},"done":true'
stdout '"name":"地推",.*"to":{"member":"zhao","name":"赵六"},"done":true'
! stdout '内购'
advance 25h
items one accepted=3
# The end of the hand-over changes no seat any more: not even the one that was kept.
serves 展会 qian
status 内购 broken
count 门店 added=3 lost=0 deleted=0
