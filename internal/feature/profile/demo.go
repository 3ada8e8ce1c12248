package profile

import (
	"context"
	"fmt"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// demoCustomers is how many customers of a demo have a profile.
const demoCustomers = 400

// demo defines the fields that a company of the demo's kind would have, and fills them in
// for some customers, once.
func (s *service) demo(ctx context.Context, v viewer.Viewer) error {
	existing, err := fieldsOf(ctx, s.db.Read(), v.Corp)
	if err != nil || len(existing) > 0 {
		return err
	}
	var made []Field
	for _, f := range demoForms() {
		field, err := s.CreateField(viewer.With(ctx, v), &createField{Body: f})
		if err != nil {
			return err
		}
		made = append(made, *field)
	}
	var customers []string
	err = s.db.Read().NewRaw(`SELECT customer FROM mirror_customer WHERE corp_id = ? ORDER BY id LIMIT ?`, v.Corp, demoCustomers).Scan(ctx, &customers)
	if err != nil || len(customers) == 0 {
		return err
	}
	by := s.by(v, "import", 0)
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		var edits []edit
		for n, c := range customers {
			e := edit{customer: c, wants: map[id.ID][]cell{}}
			for i, f := range made {
				if text := demoValue(f, n, i); text != "" {
					cells, wrong := f.cellsOf([]string{text}, nil)
					if !wrong.None() {
						return fmt.Errorf("profile: demo value %q of %s: %s", text, f.Name, wrong.Code)
					}
					e.wants[f.ID] = cells
				}
			}
			edits = append(edits, e)
		}
		if _, err := s.apply(ctx, tx, v.Corp, made, edits, by); err != nil {
			return err
		}
		for i, reason := range []string{"多次恶意退款", "同行，套取报价", "明确要求不再打扰"} {
			if at := 7 + i*11; at < len(customers) {
				if _, err := s.blacken(ctx, tx, v.Corp, customers[at:at+1], reason, by); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func demoForms() []Form {
	of := func(names ...string) []Option {
		options := make([]Option, len(names))
		for i, n := range names {
			options[i].Name = n
		}
		return options
	}
	return []Form{
		{Name: "客户等级", Kind: Choice, Section: "基本资料", Required: true, Options: of("普通", "银牌", "金牌", "钻石")},
		{Name: "所在行业", Kind: Choice, Section: "基本资料", Options: of("零售", "餐饮", "教育", "制造", "互联网", "医疗健康", "其他")},
		{Name: "生日", Kind: Date, Section: "基本资料", Note: "用于生日关怀"},
		{Name: "联系电话", Kind: Phone, Section: "联系方式"},
		{Name: "收货地址", Kind: Address, Section: "联系方式", Note: "省、市、区、街道、门牌"},
		{Name: "意向产品", Kind: Multi, Section: "商机", Options: of("基础版", "专业版", "旗舰版", "实施服务", "培训")},
		{Name: "预算", Kind: Number, Section: "商机", Unit: "万元"},
		{Name: "预计签约日", Kind: Date, Section: "商机"},
		{Name: "决策人与顾虑", Kind: Text, Section: "商机", Note: "谁拍板、最在意什么"},
		{Name: "合同与报价单", Kind: File, Section: "资料", Note: "PDF、Word、Excel 或图片"},
	}
}

// demoValue is the n-th customer's value of the i-th field, "" for none; the same at each
// run, and with gaps, as people leave them.
func demoValue(f Field, n, i int) string {
	if (n*7+i*3)%10 < i {
		return ""
	}
	streets := []string{"上海市徐汇区漕溪北路 88 号", "杭州市西湖区文三路 269 号", "北京市海淀区中关村大街 27 号", "广州市天河区体育西路 103 号", "成都市武侯区天府大道北段 1700 号"}
	remarks := []string{"老板自己定，在意上线速度", "需要财务一起看方案", "已对比过两家，价格敏感", "担心老系统的数据迁移", "等年底预算批下来"}
	switch f.Kind {
	case Choice, Multi:
		return f.Options[(n*n+n+i)%len(f.Options)].Key
	case Date:
		if i < 5 {
			return fmt.Sprintf("%d-%02d-%02d", 1972+n*5%32, 1+n%12, 1+n*3%28)
		}
		return fmt.Sprintf("2026-12-%02d", 1+n%28)
	case Phone:
		return fmt.Sprintf("13%d%08d", n%10, 10203040+n*7919)
	case Number:
		return fmt.Sprint(3 + n*13%60)
	case Address:
		return streets[n%len(streets)]
	case Text:
		return remarks[n%len(remarks)]
	default:
		return ""
	}
}
