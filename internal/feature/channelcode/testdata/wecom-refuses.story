# WeCom refuses for a reason that an administrator must remove: the code says which, and
# is tried again by itself once it is removed.
member zhang 张三
fault errcode operation=add_contact_way code=60020
code 展会 members=zhang
status 展会 broken
problem 展会 60020
heal
advance 1h1m
status 展会 live
! problem 展会
