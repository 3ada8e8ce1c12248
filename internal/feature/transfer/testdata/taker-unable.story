# Who takes over must be here, activated, allowed to have customers, and somebody else.
member zhang 张三
member li 李四 contact=no
member zhao 赵六 active=no
member qian 钱七
person wang 王小明
add wang zhang
sync
! hand zhang to=li
stdout '李四.*不能接替'
! hand zhang to=zhao
stdout '赵六.*不能接替'
! hand zhang to=zhang
stdout '原成员，不能接替自己'
! hand zhang to=nobody
stdout '接替成员不存在'
! hand zhang to=
stdout '请选择接替成员'
! hand stranger to=qian
stdout '^404'
# WeCom knows more: who is not real-name verified is refused by the call as a whole.
fault errcode operation=transfer_customer code=40098
hand zhang to=qian as=one
items one failed=1
api owner GET /api/transfer/items
stdout '"code":40098,"reason":{"text":"[^"]+（40098）","en":"[^"]+ [(]40098[)]"}'
heal
retry one as=two
items two waiting=1
