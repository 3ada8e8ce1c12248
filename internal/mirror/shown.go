package mirror

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/wecom"
)

// shown is one follow as WeCom showed it, with the customer behind it.
type shown struct {
	contact wecom.ExternalContact
	follow  wecom.Follow
	tags    []shownTag
	// allTags is true when personal tags are among tags, as only externalcontact/get
	// gives them; otherwise those we know stay.
	allTags bool
}

// counted is how many of the tags are not the member's own: see Follow.Tagged.
func (s shown) counted() int {
	n := 0
	for _, t := range s.tags {
		if t.kind != TagPersonal {
			n++
		}
	}
	return n
}

type shownTag struct {
	id   string
	kind int // 0 when WeCom did not say: corp or rule group
}

// shownByGet is what externalcontact/get gives (doc 92114).
func shownByGet(contact wecom.ExternalContact, f wecom.FollowUser) shown {
	s := shown{contact: contact, follow: f.Follow, allTags: true}
	for _, t := range f.Tags {
		key := t.TagID
		if t.Type == TagPersonal || key == "" {
			key, t.Type = personalPrefix+t.TagName, TagPersonal
		}
		s.tags = append(s.tags, shownTag{db.Clean(key), t.Type})
	}
	return s.sorted()
}

// shownByBatch is what batch/get_by_user gives (doc 92994).
func shownByBatch(c wecom.FollowedContact) shown {
	s := shown{contact: c.ExternalContact, follow: c.FollowInfo.Follow}
	for _, t := range c.FollowInfo.TagIDs {
		s.tags = append(s.tags, shownTag{id: db.Clean(t)})
	}
	return s.sorted()
}

func (s shown) sorted() shown {
	slices.SortFunc(s.tags, func(a, b shownTag) int { return cmp.Compare(a.id, b.id) })
	s.tags = slices.CompactFunc(s.tags, func(a, b shownTag) bool { return a.id == b.id })
	return s
}

// begunAt is createtime in unix ms.
func (s shown) begunAt() int64 {
	if s.follow.CreateTime <= 0 || s.follow.CreateTime > maxUnix {
		return 0
	}
	return s.follow.CreateTime * 1000
}

// take copies what WeCom knows of the person and tells whether anything differs.
func (c *Customer) take(e wecom.ExternalContact) bool {
	before := *c
	c.Name, c.Type, c.Gender = db.Clean(e.Name), e.Type, e.Gender
	c.Avatar, c.Company, c.Title = db.Clean(e.Avatar), db.Clean(e.CorpName), db.Clean(e.Position)
	if e.UnionID != "" {
		c.UnionID = db.Clean(e.UnionID) // absent also when the corp's binding is away for a while
	}
	return *c != before
}

// take copies the details of the follow and tells whether anything differs. It leaves
// alone how the follow stands; see (Follow).standingShown.
func (f *Follow) take(s shown) bool {
	before := *f
	f.Remark, f.Description, f.Company = db.Clean(s.follow.Remark), db.Clean(s.follow.Description), db.Clean(s.follow.RemarkCorpName)
	f.MobilesJSON = mobilesJSON(s.follow.RemarkMobiles)
	f.AddWay, f.Operator = s.follow.AddWay, db.Clean(s.follow.OperUserID)
	f.State = db.Clean(s.follow.State)
	return *f != before
}

func mobilesJSON(mobiles []string) string {
	kept := []string{}
	for _, n := range mobiles {
		if n = strings.TrimSpace(db.Clean(n)); n != "" {
			kept = append(kept, n)
		}
	}
	text, err := json.Marshal(kept)
	if err != nil {
		return "[]" // strings can always be written
	}
	return string(text)
}

// sight is what a reading means for a follow.
type sight int

const (
	asKnown  sight = iota // nothing new about how the two stand
	found                 // it stands, and no callback had told
	reopened              // it stands again, as a callback had told; only the row was behind
)

// settleLag is how far WeCom's answers may lag behind its callbacks, in ms.
const settleLag = 5000

// standingShown decides what it means that WeCom shows the follow as begun at createtime
// c (unix ms). The customer leaving does not take the follow out of WeCom's lists, so a
// lost follow that is shown is still lost unless it began anew; a follow that the member
// ended is not shown any more, unless the answer is older than the end.
//
// doubt says that the reading was made to settle a doubt, well after the callbacks.
func (f *Follow) standingShown(c, now int64, doubt bool) sight {
	s := asKnown
	switch f.Standing {
	case 0: // no row yet
		s = found
	case Half: // only confirmed follows are shown
		s = found
	case Lost:
		if c > f.EndedAt {
			s = found
		}
	case Deleted, HandedOver:
		switch {
		case c > f.EndedAt:
			s = found
		case doubt:
			s = reopened // deleted and added again within a second
		}
	case Gone:
		s = found
	case Stands:
	}
	if s != asKnown {
		f.Standing, f.EndedAt = Stands, 0
	}
	if c > 0 {
		f.AddedAt = c
	} else if f.AddedAt == 0 {
		f.AddedAt = now
	}
	f.ReadAt = now
	return s
}
