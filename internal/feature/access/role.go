package access

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
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

// Role is a bundle of permissions with two spans (角色).
type Role struct {
	Key  string `json:"key"`
	Name string `json:"name"`
	Note string `json:"note" doc:"what it is for, in the corp's words"`
	// Permissions are route permissions; "*" is every one, "customer.*" every one of a feature.
	Permissions []string     `json:"permissions" doc:"\"*\" is every one, \"customer.*\" every one of a feature"`
	Reach       viewer.Reach `json:"reach" enum:"self,departments,all" doc:"scope in one word"`
	Scope       Span         `json:"scope" doc:"whose customers and groups its holders see"`
	Book        Span         `json:"book" doc:"which members its holders may name; never fewer than those of scope"`
	BuiltIn     bool         `json:"builtIn" doc:"follows the program and cannot be changed"`
	Version     int64        `json:"version"`
}

// BuiltIn are the roles that every corp has, from the most to the least powerful. Each
// start writes them anew, so that a corp gets the permissions of features that came with
// an update; whoever wants another selection copies one.
func BuiltIn() []Role {
	return []Role{
		{
			Key: Owner, Name: "超级管理员", Reach: viewer.All, Scope: Span{Kind: Whole}, Book: Span{Kind: Same}, BuiltIn: true,
			Permissions: []string{"*"},
		},
		{
			// All but giving rights: otherwise an administrator could make himself owner.
			Key: Admin, Name: "管理员", Reach: viewer.All, Scope: Span{Kind: Whole}, Book: Span{Kind: Same}, BuiltIn: true,
			Permissions: []string{"account.sessions", "audit.export", "audit.read", "audit.verify", "channelcode.*", "churn.*", "customer.*", "eventlog.raw", "eventlog.read", "eventlog.replay", "followup.*", "intention.*", "mirror.sync", "notice.*", "privacy.*", "profile.*", "setup.read", "tag.*", "stage.*", "transfer.*", "view.*", "welcome.*"},
		},
		{
			Key: Manager, Name: "部门管理员", Reach: viewer.Departments, Scope: Span{Kind: Managed, Below: true}, Book: Span{Kind: Same}, BuiltIn: true,
			Permissions: []string{"channelcode.read", "channelcode.write", "churn.deletions", "churn.read", "customer.phone", "customer.read", "customer.share", "followup.export", "followup.manage", "followup.read", "followup.write", "intention.export", "intention.read", "profile.batch", "profile.blacklist", "profile.describe", "profile.merge", "profile.read", "profile.write", "stage.bulk", "stage.export", "stage.move", "stage.read", "transfer.read", "transfer.write", "tag.read", "tag.add", "tag.batch", "view.share", "welcome.read"},
		},
		{
			Key: Staff, Name: "普通员工", Reach: viewer.Self, Scope: Span{Kind: Self}, Book: Span{Kind: Same}, BuiltIn: true,
			Permissions: []string{"channelcode.read", "churn.read", "customer.read", "followup.read", "followup.write", "intention.read", "profile.read", "profile.write", "stage.move", "stage.read", "tag.read", "tag.add", "tag.batch"},
		},
	}
}

// Form is what an editor says of a role of his own.
type Form struct {
	Name        string   `json:"name" minLength:"1" maxLength:"20"`
	Note        string   `json:"note,omitempty" maxLength:"200"`
	Permissions []string `json:"permissions" maxItems:"500" doc:"keys of GET /api/access/permissions"`
	Scope       Span     `json:"scope"`
	Book        Span     `json:"book"`
}

// most is how many roles of its own a corp may have.
const most = 200

// roleOf checks a form against what exists and gives the role in its plain form. before
// is the role's key, "" for a new one.
func (r *rights) roleOf(f Form, before string, known map[string]bool) (Role, error) {
	var check fault.Check
	name := strings.TrimSpace(f.Name)
	check.That(name != "" && name == db.Clean(name) && utf8.RuneCountInString(name) <= 20, "name", "请填写 1 至 20 个字的名称")
	check.That(f.Note == db.Clean(f.Note), "note", "含有无效字符")
	for key, other := range r.roles {
		check.That(key == before || !strings.EqualFold(other.Name, name), "name", "已有同名的角色")
	}
	permissions := slices.Clone(f.Permissions)
	slices.Sort(permissions)
	permissions = slices.Compact(permissions)
	for _, p := range permissions {
		check.That(known[p], "permissions", "没有这样的权限："+p)
	}
	if f.Book.Kind == "" {
		f.Book.Kind = Same
	}
	scope, book := f.Scope.plain(), f.Book.plain()
	check.That(scope.Kind != Same, "scope", "请选择数据范围")
	r.book.check(&check, "scope", scope)
	r.book.check(&check, "book", book)
	return Role{
		Key: before, Name: name, Note: strings.TrimSpace(f.Note), Permissions: permissions,
		Reach: scope.word(), Scope: scope, Book: book,
	}, check.Err()
}

// holds tells whether a viewer has a permission in the breadth in which a role names it.
func holds(v viewer.Viewer, permission string) bool {
	return slices.Contains(v.Permissions, permission) || slices.Contains(v.Permissions, "*") || !strings.HasSuffix(permission, "*") && v.Can(permission)
}

// mayGive refuses a role that holds more than the viewer does: nobody can give, take or
// change what he has not, so nobody makes himself more than he is.
func mayGive(v viewer.Viewer, role Role) error {
	for _, p := range role.Permissions {
		if !holds(v, p) {
			return fault.Newf(fault.Forbidden, "角色「%s」的权限超出您自己的权限（%s）", role.Name, p).
				WithAdvice("请由拥有这些权限的管理员操作")
		}
	}
	return nil
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
