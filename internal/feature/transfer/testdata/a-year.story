# Who has not used WeCom for a year neither gives on the job nor takes; the groups of an
# owner who left more than a year ago pass no more.
member zhang 张三
member li 李四
member zhao 赵六
person wang 王小明
add wang zhang
group 车友会 zhao
idle li
hand zhang to=li as=one
items one failed=1
api owner GET /api/transfer/items?transfer=${one}
stdout '一年内没有使用过'
resign zhao
advance 8808h
! hand zhao to=zhang groups=all
api owner POST /api/transfer/preview '{"from":["zhao"],"customers":"none","groups":"all","to":["zhang"],"spread":"even"}'
stdout '"why":"gone","count":1,"examples":\["车友会"\]'
