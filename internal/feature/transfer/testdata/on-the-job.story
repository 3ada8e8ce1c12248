# On the job the customer reads who takes over, and may refuse for a day: the refusal is
# seen at once, the others are done. A refusal can be tried with somebody else.
member zhang 张三
member li 李四
member zhao 赵六
person wang 王小明
person chen 陈静
add wang zhang
add chen zhang
hand zhang to=li message=我的同事李四将继续为您服务 as=one
items one waiting=2
refuse wang
items one waiting=1 refused=1
holds zhang wang
api owner GET /api/transfer/items?state=refused
stdout '"name":"王小明".*"state":"refused","reason":{"code":"refused"}'
advance 25h
items one accepted=1 refused=1
holds li chen
! holds zhang chen

retry one to=zhao as=two
items two waiting=1
advance 25h
items two accepted=1
holds zhao wang
api owner GET /api/transfer/transfers?state=failed
! stdout '"id"'
api owner GET /api/churn/losses
! stdout 王小明
