package wecomsim

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/mozillazg/go-pinyin"
)

// This file seeds departments, members, people, customers and their tags.

// directory makes the departments and members of a corp.
func (d *seeder) directory(c *Corp, members int) {
	names := d.words.departments
	for i := 1; i < d.opt.Departments; i++ {
		name := at(names, i-1)
		parent := 1
		if i > len(names) {
			name = fmt.Sprintf("%s%d组", names[(i-1)%len(names)], (i-1)/len(names)+1)
			parent = 2 + (i-1)%len(names)
		}
		id := i + 1
		c.Departments[id] = &Department{ID: id, Name: name, ParentID: parent, Order: int64(100_000 - i)}
	}
	args := pinyin.NewArgs()
	for i := range members {
		gender := 1 + d.rand.IntN(2)
		surname, given := pick(d, d.words.surnames), pick(d, d.words.givenNames(gender))
		id := ""
		for _, syllable := range pinyin.LazyPinyin(surname+given, args) {
			id += syllable
		}
		for n := 2; c.Members[userKey(id)] != nil || id == ""; n++ {
			id = fmt.Sprintf("%s%d", trimDigits(id), n)
		}
		dept := 1
		if d.opt.Departments > 1 {
			dept = 2 + i%(d.opt.Departments-1)
		}
		m := &Member{
			UserID: id, Name: surname + given, Departments: []int{dept}, Orders: []int64{0}, Leader: []int{0}, Main: dept,
			Position: pick(d, d.words.positions), Mobile: "139" + fmt.Sprintf("%08d", i), Gender: gender, Status: StatusActive,
			BizMail: id + "@queqiao.example", MayContact: true, RealName: true, MaxCustomers: 20_000,
			JoinedAt: d.now.AddDate(0, -6, -d.rand.IntN(300)).Unix(), Generated: true,
		}
		if i < d.opt.Departments-1 { // the first one of each department leads it
			m.Leader[0], m.Position = 1, "部门负责人"
			c.Departments[dept].Leaders = []string{m.UserID}
		} else if lead := c.Departments[dept].Leaders; len(lead) > 0 {
			m.DirectLead = lead
		}
		c.Members[userKey(id)] = m
	}
	// A few members who cannot have customers, as every corp has them.
	if members >= 20 {
		list := c.membersInOrder()
		list[len(list)-1].Status, list[len(list)-1].MayContact = StatusNotActivated, false
		list[len(list)-2].MayContact = false
		list[len(list)-3].RealName = false
	}
	if members > 10 && c.Departments[3] != nil { // somebody belongs to two departments
		if m := c.membersInOrder()[0]; !slices.Contains(m.Departments, 3) {
			m.Departments, m.Orders, m.Leader = append(m.Departments, 3), append(m.Orders, 10), append(m.Leader, 0)
		}
	}
	c.reindexDirectory()
}

func trimDigits(s string) string {
	for len(s) > 0 && s[len(s)-1] >= '0' && s[len(s)-1] <= '9' {
		s = s[:len(s)-1]
	}
	if s == "" {
		return "member"
	}
	return s
}

// person makes somebody with WeChat whom nobody knows yet.
func (d *seeder) person() *Person {
	s := d.sim
	p := &Person{ID: "p" + strconv.FormatInt(s.nextSeq(), 10), Type: 1, Gender: d.rand.IntN(3), UnionID: s.randomID("o", 27)}
	switch n := d.rand.IntN(100); {
	case n < 55:
		p.Name = pick(d, d.words.surnames) + pick(d, d.words.givenNames(p.Gender))
	case n < 97:
		p.Name = pick(d, d.words.nicknames)
	default: // a WeCom user of a partner
		p.Type, p.UnionID = 2, ""
		p.Name = pick(d, d.words.surnames) + pick(d, d.words.givenNames(p.Gender))
		p.CorpName = pick(d, d.words.companies)
		p.CorpFull, p.Position = p.CorpName+"有限公司", "采购经理"
	}
	s.world.People[p.ID] = p
	return p
}

// tags makes the groups of customer tags.
func (d *seeder) tags(c *Corp) {
	made := d.now.AddDate(0, 0, -d.opt.Days).Unix()
	for i, group := range tagWords() {
		g := &TagGroup{ID: d.sim.randomID("et", 30), Name: group[0], CreatedAt: made, Order: int64(100 - i)}
		for j, name := range group[1:] {
			g.Tags = append(g.Tags, &Tag{ID: d.sim.randomID("et", 30), Name: name, CreatedAt: made, Order: int64(100 - j)})
		}
		c.TagGroups = append(c.TagGroups, g)
	}
}

// customers makes customers with 1.0–1.5 relations each and returns the
// relations in order of Seq. Some are lost, some half.
func (d *seeder) customers(c *Corp) []*Follow {
	var members []*Member
	for _, m := range c.membersInOrder() {
		if m.canBeAdded() {
			members = append(members, m)
		}
	}
	if len(members) == 0 || d.opt.Customers == 0 {
		return nil
	}
	states := []string{"", "", "门店海报", "展会2026", "官网活码", "老带新"}
	follows := make([]*Follow, 0, d.opt.Customers*5/4)
	for range d.opt.Customers {
		p := d.person()
		prefix := "wm"
		if p.Type == 2 {
			prefix = "wo"
		}
		cu := &Customer{ExternalUserID: d.sim.randomID(prefix, 30), Person: p.ID, OpenID: d.sim.randomID("o", 27)}
		c.Customers[cu.ExternalUserID] = cu
		first := d.rand.IntN(len(members))
		n := 1
		if d.chance(22) && len(members) > 1 {
			n = 2
		}
		if d.chance(3) && len(members) > 2 {
			n = 3
		}
		for k := range n {
			m := members[(first+k*7)%len(members)]
			if k > 0 && slices.ContainsFunc(follows[len(follows)-k:], func(f *Follow) bool { return f.UserID == m.UserID }) {
				continue
			}
			follows = append(follows, d.follow(c, m, cu, p, pick(d, states)))
		}
	}
	return follows
}

func (d *seeder) follow(c *Corp, m *Member, cu *Customer, p *Person, state string) *Follow {
	f := &Follow{
		UserID: m.UserID, ExternalUserID: cu.ExternalUserID, Seq: d.sim.nextSeq(), CreatedAt: d.before(d.opt.Days).Unix(),
		Oper: cu.ExternalUserID, ByMember: true, ByCustomer: true, Greeted: true, State: state, AddWay: 1,
	}
	if state == "" {
		f.AddWay = pick(d, []int{1, 2, 3, 4, 6, 8, 10, 13, 24, 201})
		if f.AddWay == 201 || f.AddWay == 2 {
			f.Oper = m.UserID
		}
	}
	if d.chance(45) {
		f.Remark = pick(d, d.words.surnames) + pick(d, d.words.salutations)
		if d.chance(30) {
			f.Remark += "-" + pick(d, d.words.remarkNotes)
		}
	}
	if d.chance(15) {
		f.Description = pick(d, d.words.descriptions)
	}
	if p.Type == 1 && d.chance(10) {
		f.RemarkCorp = pick(d, d.words.companies)
	}
	if d.chance(12) {
		f.RemarkMobiles = []string{fmt.Sprintf("137%08d", d.rand.IntN(100_000_000))}
	}
	for _, g := range c.TagGroups {
		if d.chance(22) {
			f.Tags = append(f.Tags, pick(d, g.Tags).ID)
		}
	}
	if d.chance(4) {
		f.PersonalTags = []string{pick(d, d.words.personalTags)}
	}
	if d.chance(6) { // lost: the customer deleted the member
		f.ByCustomer = false
	}
	f.ChatOpen = d.chance(60)
	return f
}

// groups makes customer groups owned by members.
func (d *seeder) groups(c *Corp) {
	if d.opt.Groups == 0 {
		return
	}
	var owners []*Member
	for _, m := range c.membersInOrder() {
		if m.canBeAdded() {
			owners = append(owners, m)
		}
	}
	places, kinds := d.words.places, d.words.kinds
	for i := range d.opt.Groups {
		owner := owners[i%len(owners)]
		made := d.before(d.opt.Days)
		g := &Group{
			ChatID: d.sim.randomID("wr", 30), OpenGID: d.sim.randomID("o", 27), Owner: owner.UserID,
			CreatedAt: made.Unix(), Seq: d.sim.nextSeq(), Name: pick(d, places) + pick(d, kinds),
		}
		if i >= len(places) {
			g.Name += strconv.Itoa(i/len(places) + 1)
		}
		if d.chance(5) {
			g.Name = "" // groups may have no name
		}
		if d.chance(50) {
			g.Notice = "文明交流，禁止广告。"
		}
		g.Members = append(g.Members, GroupMember{ID: owner.UserID, Type: 1, JoinedAt: g.CreatedAt, Scene: 1})
		if helper := owners[(i+5)%len(owners)]; helper != owner {
			g.Members = append(g.Members, GroupMember{ID: helper.UserID, Type: 1, JoinedAt: g.CreatedAt + 60, Scene: 1, Invitor: owner.UserID})
			g.Admins = []string{helper.UserID}
		}
		d.fillGroup(c, g, owner, made)
		g.Version = d.sim.randomHex(32)
		c.Groups[g.ChatID] = g
		c.indexGroup(g)
	}
}

// fillGroup adds customers of the owner, and people whom nobody has added.
func (d *seeder) fillGroup(c *Corp, g *Group, owner *Member, made time.Time) {
	list := c.index.followsOf[userKey(owner.UserID)]
	n := min(len(list), 8+d.rand.IntN(60))
	start := 0
	if len(list) > 0 {
		start = d.rand.IntN(len(list))
	}
	span := max(int(d.now.Sub(made)/time.Second), 1)
	for k := range n {
		f := list[(start+k)%len(list)]
		m := GroupMember{ID: f.ExternalUserID, Type: 2, JoinedAt: made.Unix() + int64(d.rand.IntN(span)), Scene: 3}
		if d.chance(30) {
			m.Scene, m.Invitor = 1, owner.UserID
		}
		if d.chance(10) {
			m.Nickname = pick(d, d.words.surnames) + "先生"
		}
		g.Members = append(g.Members, m)
	}
	if d.opt.Customers == 0 {
		return
	}
	for range d.rand.IntN(4) {
		p := d.person()
		cu := d.sim.customer(c, p)
		g.Members = append(g.Members, GroupMember{ID: cu.ExternalUserID, Type: 2, JoinedAt: made.Unix() + int64(d.rand.IntN(span)), Scene: 3})
	}
}

// chats gives the newest relations something to read.
func (d *seeder) chats(c *Corp, follows []*Follow) {
	n := min(len(follows), 60)
	for _, f := range follows[len(follows)-n:] {
		if !f.ChatOpen {
			continue
		}
		at := time.Unix(f.CreatedAt, 0)
		lines := 2 + d.rand.IntN(5)
		for i := range lines {
			m := Message{From: f.ExternalUserID, Via: "person", Text: pick(d, d.words.customerLines)}
			if i%2 == 1 {
				m.From, m.Text = f.UserID, pick(d, d.words.memberLines)
			}
			d.sim.say(c, f.UserID, f.ExternalUserID, m)
			chat := c.Chats[directChatID(f.UserID, f.ExternalUserID)]
			at = at.Add(time.Duration(30+d.rand.IntN(600)) * time.Second)
			if at.After(d.now) {
				at = d.now
			}
			chat.Messages[len(chat.Messages)-1].At = at.UnixMilli()
		}
	}
}
