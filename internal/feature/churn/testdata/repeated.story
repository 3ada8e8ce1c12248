# Everything that WeCom told is told again: one loss, one card on the member's phone.
member zhang 张三
person wang 王小明
add wang zhang
lose wang zhang
repeat
api owner GET /api/churn/losses/count
stdout '"count":1,"exact":true'
calls send 1
