# A customer need not wait for the 24 hours: who accepts has passed at once, on the job and
# after leaving, also when it is a colleague whom he knows already.
member zhang 张三
member li 李四
member zhao 赵六
person wang 王小明
person chen 陈静
add wang zhang
add chen zhang
add chen zhao
hand zhang to=li as=one
items one waiting=2
agree wang
items one accepted=1 waiting=1
holds li wang
! holds zhang wang
agree chen
items one accepted=2
resign li
hand li to=zhao as=two
items two waiting=2
agree wang
advance 1m
advance 1m
items two accepted=1 waiting=1
holds zhao wang
# No callback tells of a customer whom the taker had before: the results do, in time.
agree chen
advance 20m
items two accepted=2
