# A member without 客户联系 is named before WeCom is asked …
member zhang 张三
member li 李四 contact=no
member zhao 赵六
sync
! api owner POST /api/channelcode/codes '{"name":"展会","members":["li"],"skipVerify":true,"greeting":"default"}'
stdout '422.*"field":"members".*李四.*客户联系'
calls add_contact_way 0

# … and when WeCom knows it first: the others serve, and the code says who does not.
code 展会 members=zhang,zhao
member zhao 赵六 contact=no
edit 展会 greeting=none
status 展会 live
serves 展会 zhang
problem 展会 赵六
! problem 展会 张三

# He gets the permission; no callback tells of it. Within the hour he serves again.
member zhao 赵六 contact=yes
advance 1h1m
serves 展会 zhang,zhao
! problem 展会

# Nobody is left: the code is broken, says who, and mends itself.
member zhang 张三 contact=no
member zhao 赵六 contact=no
edit 展会 greeting=default
status 展会 broken
problem 展会 张三
problem 展会 赵六
member zhang 张三 contact=yes
advance 1h1m
status 展会 live
serves 展会 zhang
