package access

import (
	"slices"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// The built-in roles.
const (
	Owner   = "owner"   // 超级管理员
	Admin   = "admin"   // 管理员
	Manager = "manager" // 部门管理员
	Staff   = "staff"   // 普通员工
)

// Role is a bundle of permissions with a reach (角色).
type Role struct {
	Key  string `json:"key"`
	Name string `json:"name"`
	// Permissions are route permissions; "*" is every one, "customer.*" every one of a feature.
	Permissions []string     `json:"permissions"`
	Reach       viewer.Reach `json:"reach" enum:"self,departments,all"`
	BuiltIn     bool         `json:"builtIn"`
}

// builtIn are the roles that every corp has, from the most to the least powerful. Each
// start writes them anew, so that a corp gets the permissions of features that came with
// an update; whoever wants another selection makes a role of his own.
func builtIn() []Role {
	return []Role{
		{
			Key: Owner, Name: "超级管理员", Reach: viewer.All, BuiltIn: true,
			Permissions: []string{"*"},
		},
		{
			// All but giving rights: otherwise an administrator could make himself owner.
			Key: Admin, Name: "管理员", Reach: viewer.All, BuiltIn: true,
			Permissions: []string{"channelcode.*", "churn.*", "customer.*", "eventlog.read", "eventlog.replay", "eventlog.raw", "mirror.sync", "welcome.*"},
		},
		{
			Key: Manager, Name: "部门管理员", Reach: viewer.Departments, BuiltIn: true,
			Permissions: []string{"channelcode.read", "channelcode.write", "churn.read", "customer.read", "welcome.read"},
		},
		{
			Key: Staff, Name: "普通员工", Reach: viewer.Self, BuiltIn: true,
			Permissions: []string{"channelcode.read", "churn.read", "customer.read"},
		},
	}
}

// widest is how far several reaches go together.
func widest(a, b viewer.Reach) viewer.Reach {
	order := []viewer.Reach{viewer.Self, viewer.Departments, viewer.All}
	return order[max(slices.Index(order, a), slices.Index(order, b), 0)]
}

// validate checks a choice of roles for somebody and gives it sorted, each once.
func validate(chosen []string, roles map[string]Role) ([]string, error) {
	var unknown []string
	for _, key := range chosen {
		if _, ok := roles[key]; !ok {
			unknown = append(unknown, key)
		}
	}
	var check fault.Check
	check.That(len(unknown) == 0, "roles", "没有这样的角色："+strings.Join(unknown, "、"))
	list := slices.Clone(chosen)
	slices.Sort(list)
	return slices.Compact(list), check.Err()
}
