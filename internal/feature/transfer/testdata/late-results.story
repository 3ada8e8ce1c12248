# WeCom's results are hours behind, and no callback comes.
member zhang 张三
member li 李四
person wang 王小明
add wang zhang
resign zhang
hand zhang to=li as=one
fault stale_result latency=6h
fault callback_drop
advance 25h
items one waiting=1
advance 3h
items one waiting=1
advance 6h
items one accepted=1
holds li wang
