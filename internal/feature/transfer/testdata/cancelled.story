# What was not sent can be cancelled, what was sent cannot.
member zhang 张三
member li 李四
person wang 王小明
add wang zhang
fault errcode operation=transfer_customer code=45009
hand zhang to=li as=one
items one planned=1
cancel one
items one cancelled=1
heal
advance 1h
calls transfer_customer 1
retry one as=two
items two waiting=1
advance 25h
items two accepted=1
