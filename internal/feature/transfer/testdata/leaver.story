# A member leaves; his customers and his group go to two colleagues, evenly. A day later
# they have them, nobody was greeted, nobody counted, nobody alarmed.
member zhang 张三
member li 李四
member zhao 赵六
person wang 王小明
person chen 陈静
person sun 孙倩
greeting company 您好
add wang zhang
add chen zhang
add sun zhang
group 车友会 zhang wang
advance 1h
resign zhang
api owner GET /api/transfer/leavers
stdout '"name":"张三".*"customers":3,"groups":1,"onTheWay":0'
tile transfer.unassigned 3

hand zhang to=li,zhao groups=all as=one
stdout '"customers":3,"groups":1'
items one waiting=4
tile transfer.unassigned 0
calls transfer_customer 2
calls transfer 1
advance 10m
owns li 车友会
items one waiting=3 accepted=1
# Li is told of the group before the customers pass.
advance 7m
calls send 1

advance 25h
items one accepted=4
! holds zhang wang
api owner GET /api/transfer/leavers
! stdout 张三
tile transfer.unassigned 0
tile customer.newToday 0
api owner GET /api/churn/losses
! stdout 王小明
api owner GET /api/customer/customers/count
stdout '"count":3,'
chat wang li
delivery wang sent
# The takers are told, each once, how many.
advance 7m
api owner GET /api/transfer/items/count?state=accepted
stdout '"count":4,'
calls send 3
