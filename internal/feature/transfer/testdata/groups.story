# Groups pass on the job at once, after leaving within a minute; one that cannot says why.
member zhang 张三
member li 李四
person wang 王小明
add wang zhang
group 一群 zhang wang
group 二群 zhang wang
hand zhang to=li customers=none groups=all as=one
advance 10s
items one accepted=2
owns li 一群
owns li 二群
hand li to=zhang customers=none groups=all as=two
advance 10s
items two accepted=2
! hand zhang to=li customers=none groups=all
stdout '没有可以转接'
resign zhang
fault errcode operation=groupchat/transfer code=41054
hand zhang to=li customers=none groups=all as=three
items three failed=2
heal
retry three as=four
items four waiting=2
advance 10m
items four accepted=2
owns li 二群
