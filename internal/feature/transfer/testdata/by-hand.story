# WeCom's administrator hands a customer over in WeCom's own console: ours is refused for
# him, with the reason; the list is right after the next reading.
member zhang 张三
member li 李四
member zhao 赵六
person wang 王小明
person chen 陈静
add wang zhang
add chen zhang
resign zhang
advance 5m
assign wang zhang zhao
hand zhang to=li as=one
items one waiting=1 failed=1
advance 25h
holds zhao wang
holds li chen
items one accepted=1 failed=1
api owner POST /api/transfer/refresh
settle
tile transfer.unassigned 0
api owner GET /api/customer/customers/count
stdout '"count":2,'
