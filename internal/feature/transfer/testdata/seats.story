# A leaver's seats in channel codes go to whoever takes over; the code says so as long as
# nobody has. Customers who are handed over count for no code, on either side.
member zhang 张三
member li 李四
member zhao 赵六
person wang 王小明
person chen 陈静
code 展会 members=zhang,zhao
code 单人 members=zhang
scan wang 展会 by=zhang
scan chen 单人
count 展会 added=1 lost=0 deleted=0
resign zhang
serves 展会 zhao
status 单人 broken
api owner GET /api/channelcode/codes
stdout '"left":\["张三"\]'
hand zhang to=li as=one
advance 25h
items one accepted=2
serves 展会 li,zhao
status 单人 live
serves 单人 li
api owner GET /api/channelcode/codes
! stdout '"left":\["张三"\]'
count 展会 added=1 lost=0 deleted=0
count 单人 added=1 lost=0 deleted=0
# On the job nothing changes: who stays goes on serving.
hand li to=zhao as=two
advance 25h
items two accepted=2
serves 展会 li,zhao
count 展会 added=1 lost=0 deleted=0
api owner GET /api/churn/losses
! stdout '王小明'
