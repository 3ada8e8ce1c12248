# One of the takers has the customer already: he takes over, or the customer is left out.
member zhang 张三
member li 李四
member zhao 赵六
person wang 王小明
person chen 陈静
add wang zhang
add wang zhao
add chen zhang
advance 1m
api owner POST /api/transfer/preview '{"from":["zhang"],"customers":"all","groups":"none","to":["li"],"spread":"even"}'
stdout '"customers":2,'
api owner POST /api/transfer/preview '{"from":["zhang"],"customers":"all","groups":"none","to":["li","zhao"],"spread":"even","friends":"skip"}'
stdout '"customers":1,.*"why":"friends","count":1'
hand zhang to=li,zhao as=one
items one waiting=2
advance 25h
items one accepted=2
holds zhao wang
holds li chen
! holds zhang wang
