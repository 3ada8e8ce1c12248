# WeCom is away for an hour: what was planned waits, and says why.
member zhang 张三
member li 李四
person wang 王小明
add wang zhang
fault http operation=transfer_customer status=503
hand zhang to=li as=one
items one sent=1
api owner GET /api/transfer/transfers
stdout '"problem":{"text":"[^"]*企业微信[^"]*","en":"[^"]*WeCom'
advance 20m
advance 20m
heal
advance 20m
items one waiting=1
api owner GET /api/transfer/transfers
! stdout '"problem"'
