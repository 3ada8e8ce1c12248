package intention

// Signal is one sort of event by which a customer shows how much he wants (意向信号).
//
// The table of signals is the only place that lists them: a new one is a line here, and a
// listener that reports it.
type Signal struct {
	Key string
	ZH  string
	EN  string
	// Points are what one such event is worth at its moment; below zero it speaks against him.
	Points int
	// PerDay and InTotal bound how many count: the newest of a day, and of all days.
	PerDay  int
	InTotal int
}

// The signals' keys.
const (
	AddedSelf     = "added.self"
	AddedChannel  = "added.channel"
	AddedByMember = "added.member"
	AddedAgain    = "added.again"
	LostUs        = "lost"
	DeletedByUs   = "deleted"
	GoneUnknown   = "gone"
	GroupJoined   = "group.joined"
	GroupLeft     = "group.left"
	StageForward  = "stage.forward"
	StageWon      = "stage.won"
	StageBack     = "stage.back"
	StageEnded    = "stage.ended"
	FollowedUp    = "followed"
	Changed       = "changed"
	Archive       = "archive"
)

// Signals are all there are, with the weights that hold until a corp decides otherwise.
func Signals() []Signal {
	return []Signal{
		{Key: AddedSelf, ZH: "客户主动添加", EN: "Customer added us", Points: 20, PerDay: 1, InTotal: 3},
		{Key: AddedChannel, ZH: "扫渠道活码添加", EN: "Added by a channel code", Points: 20, PerDay: 1, InTotal: 3},
		{Key: AddedByMember, ZH: "成员添加客户", EN: "A member added the customer", Points: 8, PerDay: 1, InTotal: 3},
		{Key: AddedAgain, ZH: "离开后重新添加", EN: "Added again after leaving", Points: 25, PerDay: 1, InTotal: 2},
		{Key: GroupJoined, ZH: "加入客户群", EN: "Joined a group", Points: 12, PerDay: 2, InTotal: 4},
		{Key: GroupLeft, ZH: "退出客户群", EN: "Left a group", Points: -8, PerDay: 2, InTotal: 4},
		{Key: StageForward, ZH: "阶段前进", EN: "Moved forward in a flow", Points: 18, PerDay: 2, InTotal: 6},
		{Key: StageWon, ZH: "进入成交阶段", EN: "Came into a won stage", Points: 35, PerDay: 1, InTotal: 3},
		{Key: StageBack, ZH: "阶段后退", EN: "Moved back in a flow", Points: -12, PerDay: 2, InTotal: 6},
		{Key: StageEnded, ZH: "进入结束阶段", EN: "Came into an ended stage", Points: -25, PerDay: 1, InTotal: 3},
		{Key: FollowedUp, ZH: "成员跟进", EN: "Followed up", Points: 5, PerDay: 2, InTotal: 20},
		{Key: Changed, ZH: "资料或标签有更新", EN: "Profile or tags updated", Points: 2, PerDay: 1, InTotal: 5},
		{Key: Archive, ZH: "同意会话存档", EN: "Agreed to the message archive", Points: 6, PerDay: 1, InTotal: 1},
		{Key: LostUs, ZH: "客户删除成员", EN: "Customer deleted the member", Points: -40, PerDay: 1, InTotal: 3},
		{Key: DeletedByUs, ZH: "成员删除客户", EN: "Member deleted the customer", Points: -20, PerDay: 1, InTotal: 3},
		{Key: GoneUnknown, ZH: "关系已解除（同步发现）", EN: "Parted, as a sync found", Points: -20, PerDay: 1, InTotal: 3},
	}
}

// signalOf finds a signal; one that is gone since keeps its key as its name.
func signalOf(key string) Signal {
	for _, s := range Signals() {
		if s.Key == key {
			return s
		}
	}
	return Signal{Key: key, ZH: key, EN: key}
}
