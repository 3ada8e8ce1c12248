# WeCom is down for an hour: what was made and edited meanwhile is told when it is back.
member zhang 张三
member li 李四
person wang 王小明
code 旧码 members=zhang
line cut everything
code 新码 members=zhang
edit 旧码 members=li
status 新码 pending
serves 旧码 zhang
advance 20m
advance 20m
advance 20m
status 新码 pending
line mend
advance 15m
status 新码 live
print 新码
serves 新码 zhang
serves 旧码 li
scan wang 新码
count 新码 added=1
