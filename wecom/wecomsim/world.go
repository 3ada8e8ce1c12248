package wecomsim

import "time"

// This file holds the nouns of the simulated world: what WeCom and the phones
// of people would remember. All of it is plain data that a snapshot keeps;
// indexes over it are rebuilt on restore (index.go). Everything is guarded by
// Sim.mu.
//
// Not modelled: rule groups (客户联系规则组), contact-tag interfaces (the tags
// exist only as part of an app's visible range), upstream/downstream corps,
// licences, calendars, approvals, archive contents, moments, mass messages,
// acquisition links, payments.

// World is everything that outlives a restart of the simulator.
type World struct {
	Corps  []*Corp
	People map[string]*Person
	// Seq counts everything that ever got a running number; it never goes back.
	Seq int64
}

// Person is somebody with WeChat (or, when Type is 2, with the WeCom of another
// corp). He exists once, however many corps know him.
type Person struct {
	ID       string // how the control interface calls him, for example "p17"
	Name     string // WeChat nickname
	Gender   int    // 0 unknown, 1 male, 2 female
	Type     int    // 1 WeChat, 2 WeCom of another corp
	CorpName string // type 2: short name of his corp
	CorpFull string // type 2: full name of his corp
	Position string // type 2
	UnionID  string // shown to a corp only when it bound a WeChat developer account
}

// Corp is one company on WeCom.
type Corp struct {
	ID          string
	Name        string
	Apps        []*App
	Departments map[int]*Department
	Members     map[string]*Member // by lower-case userid; who left is in Left
	Left        map[string]*Member
	ContactTags map[int]*ContactTag
	Customers   map[string]*Customer // by external_userid, also group members nobody follows
	Unassigned  []Unassigned         // by Seq
	Transfers   []*Transfer          // by Seq
	// GroupTransfers are remembered for their limits.
	GroupTransfers []GroupTransfer
	TagGroups      []*TagGroup
	Ways           map[string]*ContactWay
	Groups         map[string]*Group
	Chats          map[string]*Chat
	AppMessages    map[string]*AppMessage
	Media          map[string]*Media
	Images         map[string]*Media // of uploadimg: permanent, by their name in the URL
	Welcomes       map[string]*Welcome
	TempChats      []*TempChat
	// Tokens, Tickets, OAuthCodes and UserTickets are kept so that a restart of
	// the simulator does not log everybody out.
	Tokens      map[string]*Token
	Tickets     map[string]*Ticket
	OAuthCodes  map[string]*OAuthCode
	UserTickets map[string]*UserTicket
	// DeveloperAccount tells that a WeChat developer account is bound: only then
	// unionid is returned (external-contacts.md).
	DeveloperAccount bool
	// Medical corps alone may open temporary sessions (contact-ways.md, is_temp).
	Medical bool

	index corpIndex
}

// AppKind tells which secret an App stands for.
type AppKind string

// The secrets that an SCRM meets (auth-and-tokens.md).
const (
	SelfBuilt      AppKind = "self_built"      // 自建应用
	ContactsSync   AppKind = "contacts_sync"   // 通讯录同步
	CustomerSystem AppKind = "customer_system" // 客户联系 system secret, older corps only
)

// App is one secret of a corp: a self-built app or a system secret.
type App struct {
	Kind        AppKind
	AgentID     int // 0 for system secrets
	Name        string
	Description string
	Secret      string
	Enabled     bool
	// Visible range (可见范围). System secrets see everybody.
	Members     []string
	Departments []int
	Tags        []int
	// CustomerContact: listed in 客户联系 → 可调用接口的应用.
	CustomerContact bool
	// WriteContacts: may create and change members and departments.
	WriteContacts bool
	// ServedContacts: has the separate permission 已服务的外部联系人 (99434).
	ServedContacts bool
	// SensitiveFields: created before 2022-06-20, still gets mobile, e-mail, ….
	SensitiveFields bool
	// ReadsDetail, for the 通讯录同步 secret: its IP is from before 2022-08-15, so
	// it may still read details; otherwise 48009.
	ReadsDetail bool
	// TrustedIPs (企业可信IP): addresses, "*" for any. An empty list refuses all.
	TrustedIPs []string
	// TrustedDomains: host[:port] for OAuth and login; "host:*" takes any port,
	// a convenience of the simulator for tests with random ports.
	TrustedDomains []string
	Callback       Callback
}

// Callback is where an app wants to hear events (接收消息).
type Callback struct {
	URL      string
	Token    string
	AESKey   string   // EncodingAESKey, 43 characters
	Families []string // which event families it receives, see the Family constants
}

// Families of events, as switched on in the admin console.
const (
	FamilyContact   = "contact"          // change_contact (通讯录变更)
	FamilyCustomer  = "external_contact" // change_external_contact
	FamilyGroup     = "external_chat"    // change_external_chat
	FamilyTag       = "external_tag"     // change_external_tag
	FamilyMessage   = "message"          // messages of members to the app, menu, card clicks
	FamilyAudit     = "audit"            // msg_audit_approved, msgaudit_notify
	FamilyAppStatus = "app_status"       // close_inactive_agent, reopen_inactive_agent
)

// Customer is a person as one corp knows him.
type Customer struct {
	ExternalUserID string
	Person         string // Person.ID
	OpenID         string // for payments and visitors, unique per corp
}

// Follow (跟进关系) is one member–customer pair. It exists in answers of the API
// as long as the member keeps the customer; the customer may have deleted the
// member already (84061 in errors-and-limits.md: the relation stays one-way).
type Follow struct {
	UserID         string
	ExternalUserID string
	Seq            int64 // position in the member's list
	CreatedAt      int64 // unix seconds
	Remark         string
	Description    string
	RemarkCorp     string
	RemarkMobiles  []string
	RemarkPic      string
	AddWay         int
	State          string
	Oper           string // oper_userid
	Tags           []string
	PersonalTags   []string
	// ByMember and ByCustomer tell who still has the other in his list.
	ByMember   bool
	ByCustomer bool
	// Half: the customer came by a code without verification and the member did
	// not accept yet (add_half_external_contact).
	Half bool
	// Blocked: the customer blocked the member; WeCom tells nobody.
	Blocked bool
	// ChatOpen: one of them has spoken, so a welcome message is too late (41051).
	ChatOpen bool
	// Greeted: a welcome message was delivered, later events carry no code.
	Greeted bool
	// Consented to the message archive.
	Consented bool
}

// Unassigned is a customer whose member left (待分配).
type Unassigned struct {
	UserID         string
	ExternalUserID string
	LeftAt         int64
	Seq            int64
	Tags           []string // of the corp, they go with him
}

// TagGroup is a group of customer tags (企业客户标签组).
type TagGroup struct {
	ID        string
	Name      string
	CreatedAt int64
	Order     int64
	Tags      []*Tag
	Creator   int // agent id of the app that made it, 0 the admin console
	Deleted   bool
}

// Tag is one customer tag.
type Tag struct {
	ID        string
	Name      string
	CreatedAt int64
	Order     int64
	Creator   int
	Deleted   bool
}

// ContactWay is a 联系我 configuration (92228).
type ContactWay struct {
	ConfigID      string
	Creator       int // agent id of the app that made it
	Type          int
	Scene         int
	Style         int
	Remark        string
	SkipVerify    bool
	State         string
	Users         []string
	Parties       []int
	Temp          bool
	ExpiresIn     int64
	ChatExpiresIn int64
	UnionID       string
	Exclusive     bool
	MarkSource    bool
	Conclusions   *Conclusions
	CreatedAt     int64
	Scans         int64
	Next          int // whose turn it is among several members
}

// Conclusions is the closing message of a temporary session.
type Conclusions struct {
	Text       string
	ImageMedia string
	Link       *LinkCard
	Mini       *MiniCard
}

// LinkCard is a link in a message.
type LinkCard struct {
	Title  string `json:"title"`
	PicURL string `json:"picurl,omitempty"`
	Desc   string `json:"desc,omitempty"`
	URL    string `json:"url"`
}

// MiniCard is a mini program in a message.
type MiniCard struct {
	Title string `json:"title"`
	Media string `json:"pic_media_id,omitempty"`
	AppID string `json:"appid"`
	Page  string `json:"page"`
}

// TempChat is a temporary session opened by a contact way with is_temp.
type TempChat struct {
	UserID         string
	ExternalUserID string
	EndsAt         int64
	ConfigID       string
	Closed         bool
}

// Group states of groupchat/list (92120).
const (
	GroupNormal       = 0
	GroupOwnerLeft    = 1
	GroupInheriting   = 2
	GroupInheritedNow = 3
)

// Group is a customer group (客户群).
type Group struct {
	ChatID    string
	OpenGID   string
	Name      string
	Owner     string
	Notice    string
	CreatedAt int64
	Seq       int64
	Status    int
	Members   []GroupMember
	Admins    []string
	Version   string // member_version, changes with every change of members
	Dismissed bool
	// Heir owns it from HeirAt on, while it is GroupInheriting.
	Heir   string
	HeirAt int64
}

// GroupMember is one participant of a group.
type GroupMember struct {
	ID       string // userid or external_userid
	Type     int    // 1 member, 2 external
	JoinedAt int64
	Scene    int // 1 invited, 2 by link, 3 by QR code
	Invitor  string
	Nickname string
	State    string
}

// Welcome is one welcome code.
type Welcome struct {
	Code           string
	UserID         string
	ExternalUserID string
	IssuedAt       time.Time
	Sending        bool // another caller is delivering right now (41096)
	Used           bool
}

// Media is an uploaded file.
type Media struct {
	ID        string
	Kind      string // image, voice, video, file
	Via       string // upload or upload_attachment
	Name      string
	MIME      string
	Data      []byte
	CreatedAt time.Time
}
