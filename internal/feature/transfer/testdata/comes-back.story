# Who left comes back: he is a leaver no more and keeps his customers.
member zhang 张三
member li 李四
person wang 王小明
add wang zhang
resign zhang
tile transfer.unassigned 1
advance 1h
member zhang 张三
tile transfer.unassigned 0
api owner GET /api/transfer/leavers
! stdout 张三
