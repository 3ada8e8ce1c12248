# With the notice switched off the loss is recorded and nobody is told; switched on again,
# the next one is.
member zhang 张三
person wang 王小明
person li 李小红
add wang zhang
add li zhang
api owner PUT /api/churn/setting {"notify":false}
stdout '^200'
lose wang zhang
api owner GET /api/churn/losses
stdout '"name":"王小明".*"notice":"off"'
calls send 0
api owner PUT /api/churn/setting {"notify":true}
lose li zhang
api owner GET /api/churn/losses
stdout '"name":"李小红".*"notice":"sent"'
calls send 1
