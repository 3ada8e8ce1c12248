# On the job a customer passes twice in 90 days and no more: seen before anything is sent.
member zhang 张三
member li 李四
person wang 王小明
add wang zhang
hand zhang to=li as=one
advance 25h
hand li to=zhang as=two
advance 25h
items two accepted=1
! hand zhang to=li
stdout '没有可以转接的客户'
api owner POST /api/transfer/preview '{"from":["zhang"],"customers":"all","groups":"none","to":["li"],"spread":"even"}'
stdout '"why":"often","count":1,"examples":\["王小明"\]'
# WeCom counts hand-overs of its own console too, and says so.
calls transfer_customer 2
