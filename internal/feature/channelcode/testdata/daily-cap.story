# A member takes one customer a day: the next member follows, then the backup, who has no
# cap; midnight frees everybody.
member zhang 张三
member li 李四
member chen 陈五
person a 甲
person b 乙
person c 丙
code 门店 members=zhang,li cap=1 backup=chen
serves 门店 li,zhang
scan a 门店 by=zhang
serves 门店 li
scan b 门店
serves 门店 chen
scan c 门店
serves 门店 chen
count 门店 added=3 today=3

# 10:00 in Shanghai: midnight is 14 hours off, WeCom knows within a minute.
advance 13h59m
serves 门店 chen
advance 1m
serves 门店 li,zhang
count 门店 today=0

# Without a backup the capped go on: a print never leads nowhere.
edit 门店 members=zhang backup=
scan a 门店
scan b 门店
scan c 门店
serves 门店 zhang
