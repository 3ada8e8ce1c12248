# Text, picture and link arrive together, in their order.
member zhang 张三
person wang 王小明
greeting company 你好 picture=yes link=https://example.com/book
add wang zhang
chat wang zhang 你好 [image] [link]
delivery wang sent
