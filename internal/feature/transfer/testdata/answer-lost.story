# The line breaks after WeCom has begun, before we know: nothing is lost and nothing doubled.
member zhang 张三
member li 李四
person wang 王小明
person chen 陈静
add wang zhang
add chen zhang
line lose transfer_customer 1
hand zhang to=li as=one
advance 5s
items one waiting=2
calls transfer_customer 1
# And before it has begun.
line mend
refuse wang
line cut transfer_customer 1
retry one as=two
advance 5s
items two waiting=1
items one waiting=1 refused=1
advance 25h
items one accepted=1 refused=1
items two accepted=1
holds li wang
holds li chen
