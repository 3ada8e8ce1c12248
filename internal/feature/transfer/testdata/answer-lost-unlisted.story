# The line breaks after WeCom has begun, and WeCom's list of results does not know it yet: the
# call is made again, WeCom says that the customer is on the way, and he is waited for.
member zhang 张三
member li 李四
person wang 王小明
person chen 陈静
add wang zhang
add chen zhang
fault unlisted_result latency=2h
line lose transfer_customer 1
hand zhang to=li as=one
advance 5s
calls transfer_customer 2
items one waiting=2
refuse chen
advance 25h
items one accepted=1 refused=1
holds li wang
holds zhang chen
