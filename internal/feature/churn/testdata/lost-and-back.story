# A customer deletes the member, who is told at once; he comes back, and leaves again: two
# losses are kept, and the pair is as before in between.
member zhang 张三
person wang 王小明
add wang zhang
advance 50h
lose wang zhang
api owner GET /api/churn/losses
stdout '^200'
stdout '"name":"王小明".*"memberName":"张三".*"daysKept":2,.*"company":true.*"notice":"sent"'
! stdout 'returnedAt'
calls send 1
api owner GET /api/customer/customers/count
stdout '"count":0,"exact":true'

advance 1h
add wang zhang
api owner GET /api/churn/losses
stdout '"returnedAt"'
api owner GET /api/customer/follows?standing=all
stdout '"standing":1,'
! stdout '"standing":3,'

advance 1h
lose wang zhang
api owner GET /api/churn/losses/count?state=all
stdout '"count":2,"exact":true'
api owner GET /api/churn/losses?state=lost
stdout '"daysKept":0,'
! stdout 'returnedAt'
calls send 2
