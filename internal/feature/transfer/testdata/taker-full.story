# The taker has room for one customer more: the other comes back with the reason, and can
# go to somebody else.
member zhang 张三
member li 李四
member zhao 赵六
person wang 王小明
person chen 陈静
add wang zhang
add chen zhang
resign zhang
capacity li 1
hand zhang to=li as=one
items one waiting=2
advance 25h
items one accepted=1 full=1
api owner GET /api/transfer/items?state=full
stdout '"state":"full","reason":{"code":"full"}'
tile transfer.unassigned 1
capacity li 0
retry one to=zhao as=two
advance 25h
items two accepted=1
tile transfer.unassigned 0
# Nothing is left to be tried again.
! retry one
