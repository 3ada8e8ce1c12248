# A manager hands over what lies in his scope, to whom he may name; what he does not see
# is not there for him.
member zhang 张三
member li 李四
member zhao 赵六
person wang 王小明
person chen 陈静
add wang zhang
add chen zhao
! api team:zhang+li:transfer.write POST /api/transfer/preview '{"from":["zhao"],"customers":"all","groups":"none","to":["li"],"spread":"even"}'
stdout '^404'
! api team:zhang+li:transfer.write POST /api/transfer/preview '{"from":["zhang"],"customers":"all","groups":"none","to":["zhao"],"spread":"even"}'
stdout '接替成员不存在，或不在您的通讯录范围内'
api team:zhang+li:transfer.write POST /api/transfer/preview '{"from":["zhang"],"customers":"all","groups":"none","to":["li"],"spread":"even"}'
stdout '"customers":1,'
hand zhao to=zhang as=one
api self:li:transfer.read GET /api/transfer/transfers
stdout '"items":\[\]'
api self:zhang:transfer.read GET /api/transfer/items
stdout 陈静
api self:li:transfer.read GET /api/transfer/items/count
stdout '"count":0,'
api stranger GET /api/transfer/items
stdout '"items":\[\]'
! api team:zhang+li:transfer.read POST /api/transfer/refresh
stdout '^403'
