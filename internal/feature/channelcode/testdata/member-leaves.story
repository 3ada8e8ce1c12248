# A member leaves the corp: WeCom leads to the others, before any customer is misled.
member zhang 张三
member li 李四
person wang 王小明
code 展会 members=zhang,li
code 单人 members=li
resign li
serves 展会 zhang
status 展会 live
status 单人 broken
problem 单人 nobody
scan wang 展会
count 展会 added=1
# Somebody takes over.
edit 单人 members=zhang
status 单人 live
serves 单人 zhang
