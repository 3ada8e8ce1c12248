# A shift begins and ends at the minute; it is Monday, 10:00. WeCom knows within 60 s.
member zhang 张三
member li 李四
code 官网 members=zhang shift=12345/09:00-18:00/li
serves 官网 li
advance 7h59m
serves 官网 li
advance 1m
serves 官网 zhang

# Nothing changes: WeCom is not asked again through the night.
calls update_contact_way 1
advance 14h
calls update_contact_way 1
advance 1h
serves 官网 li

# Saturday belongs to the others.
advance 96h
serves 官网 zhang
