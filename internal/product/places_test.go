package product_test

// kind says what a route touches, and so what the matrix expects of it.
type kind string

const (
	// lists answers rows of members: those in the viewer's scope and no others.
	lists kind = "lists"
	// counts answers how many rows its list has; place.list names it.
	counts kind = "counts"
	// reads answers one thing, {id}: not found outside the scope.
	reads kind = "reads"
	// writes changes one thing, {id}: not found outside the scope, and then unchanged.
	writes kind = "writes"
	// creates makes something about a member, {id} in its body: refused for one outside the scope.
	creates kind = "creates"
	// wholeLists, wholeReads and wholeWrites touch what belongs to no single member: for who sees the whole corp.
	wholeLists  kind = "wholeLists"
	wholeReads  kind = "wholeReads"
	wholeWrites kind = "wholeWrites"
	// shared answers what is the whole corp's and everybody's: nothing of another corp.
	shared kind = "shared"
	// settings changes what is the whole corp's, by permission alone.
	settings kind = "settings"
	// figures answers the numbers of the home page.
	figures kind = "figures"
	// stream tells changes as they happen: none of another corp.
	stream kind = "stream"
	// traces answers rows of members whose number the test does not know: none out of scope.
	traces kind = "traces"
	// founders is for the founder alone, whatever a role says.
	founders kind = "founders"
	// own touches the caller's own session or password, for whoever is signed in.
	own kind = "own"
	// open is for everybody: sign-in, callbacks.
	open kind = "open"
)

// place is where a route stands in the matrix.
type place struct {
	kind       kind
	permission string // "" needs only a session
	object     string // what {id}, or the route's own variable, names
	query      string // added to the path, {id} filled in
	body       string // of a write, {id} and {role} filled in
	list       string // of counts
}

// places has every route of the program. A new route fails TestEveryRouteHasItsPlace until
// it stands here with what it touches; the matrix then holds it to that.
func places() map[string]place {
	const code = `{"name":"码","members":["{id}"],"skipVerify":false,"greeting":"default","version":99}`
	const greeting = `{"level":"member","target":"{id}","content":{"text":"好"},"enabled":true,"version":99}`
	const handOver = `{"from":["{id}"],"customers":"all","groups":"all","to":["zheng"],"spread":"even"`
	const role = `{"name":"新角色","permissions":[],"scope":{"kind":"self"},"book":{"kind":"same"}`
	return map[string]place{
		"GET /api/access/permissions":                     {kind: shared, permission: "access.read"},
		"GET /api/access/roles":                           {kind: shared, permission: "access.read"},
		"POST /api/access/roles":                          {kind: wholeWrites, permission: "access.role", body: role + "}"},
		"PUT /api/access/roles/{role}":                    {kind: wholeWrites, permission: "access.role", object: "role", body: role + `,"version":99}`},
		"DELETE /api/access/roles/{role}":                 {kind: wholeWrites, permission: "access.role", object: "role"},
		"GET /api/access/grants":                          {kind: lists, permission: "access.read"},
		"PUT /api/access/grants/{member}":                 {kind: writes, permission: "access.grant", object: "member", body: `{"roles":["{role}"]}`},
		"GET /api/access/accounts":                        {kind: wholeLists, permission: "access.grant"},
		"PUT /api/access/grants/accounts/{account}":       {kind: wholeWrites, permission: "access.grant", object: "account", body: `{"roles":["{accountRole}"]}`},
		"PUT /api/access/grants/departments/{department}": {kind: wholeWrites, permission: "access.grant", object: "department", body: `{"roles":[]}`},
		"GET /api/access/effective":                       {kind: reads, permission: "access.read", object: "member", query: "?member={id}"},
		"GET /api/access/menus":                           {kind: shared, permission: "access.read"},
		"PUT /api/access/menus/{role}":                    {kind: wholeWrites, permission: "access.role", object: "role", body: `{"items":[]}`},
		"GET /api/account/me":                             {kind: own},
		"PUT /api/account/password":                       {kind: own},
		"POST /api/account/sign-out":                      {kind: own},
		"POST /api/account/confirm":                       {kind: own},
		"GET /api/account/security":                       {kind: own},
		"POST /api/account/totp":                          {kind: own},
		"POST /api/account/totp/finish":                   {kind: own},
		"POST /api/account/totp/recovery":                 {kind: own},
		"DELETE /api/account/totp":                        {kind: own},
		"DELETE /api/account/devices/{id}":                {kind: own, object: "session"},
		"GET /api/account/sessions":                       {kind: own},
		"DELETE /api/account/sessions/{id}":               {kind: own, object: "session"},
		"POST /api/account/sessions/end-others":           {kind: own},
		"GET /api/account/everybody/sessions":             {kind: lists, permission: "account.sessions"},
		"DELETE /api/account/everybody/sessions/{id}":     {kind: writes, permission: "account.sessions", object: "session"},
		"POST /api/account/everybody/sessions/{id}/all":   {kind: wholeWrites, permission: "account.sessions", object: "accountSession"},
		"GET /api/account/accounts":                       {kind: wholeLists, permission: "account.manage"},
		"POST /api/account/accounts":                      {kind: wholeWrites, permission: "account.manage", body: `{"name":"newcomer"}`},
		"PUT /api/account/accounts/{id}/state":            {kind: wholeWrites, permission: "account.manage", object: "account", body: `{"disabled":true}`},
		"POST /api/account/accounts/{id}/password":        {kind: wholeWrites, permission: "account.manage", object: "account"},
		"DELETE /api/account/accounts/{id}/totp":          {kind: wholeWrites, permission: "account.manage", object: "account"},
		"GET /api/account/policy":                         {kind: wholeReads, permission: "account.manage", object: "account"},
		"PUT /api/account/policy":                         {kind: wholeWrites, permission: "account.manage", body: `{"idleMinutes":60,"lifetimeHours":24,"totpRequired":false}`},
		"POST /api/account/sign-in/code":                  {kind: open},
		"GET /api/account/methods":                        {kind: open},
		"POST /api/account/sign-in":                       {kind: open},
		"GET /api/account/wecom/callback":                 {kind: open},
		"GET /api/account/wecom/start":                    {kind: open},
		"GET /api/account/corps":                          {kind: own},
		"POST /api/account/corp":                          {kind: own},
		"GET /api/audit/entries":                          {kind: lists, permission: "audit.read"},
		"GET /api/audit/entries/count":                    {kind: traces, permission: "audit.read"},
		"GET /api/audit/entries.csv":                      {kind: lists, permission: "audit.export"},
		"GET /api/audit/entries.xlsx":                     {kind: lists, permission: "audit.export"},
		"GET /api/audit/entries/{id}":                     {kind: reads, permission: "audit.read", object: "entry"},
		"GET /api/audit/operations":                       {kind: shared, permission: "audit.read"},
		"GET /api/audit/status":                           {kind: shared, permission: "audit.read"},
		"POST /api/audit/verify":                          {kind: settings, permission: "audit.verify", body: `{}`},
		"POST /api/audit/seal":                            {kind: settings, permission: "audit.verify"},
		"PUT /api/audit/setting":                          {kind: settings, permission: "audit.setting", body: `{"days":400}`},
		"GET /api/export/runs":                            {kind: own},
		"POST /api/export/runs":                           {kind: own},
		"DELETE /api/export/runs/{id}":                    {kind: own, object: "export"},
		"GET /api/export/runs/{id}/file":                  {kind: own, object: "export"},
		"GET /api/export/lists/{list}":                    {kind: own, object: "exportList"},
		"GET /api/setup/connection":                       {kind: shared, permission: "setup.read"},
		"PUT /api/setup/connection":                       {kind: settings, permission: "setup.write", body: `{"name":"企业","timeZone":"Asia/Shanghai"}`},
		"PUT /api/setup/app":                              {kind: settings, permission: "setup.write", body: `{}`},
		"POST /api/setup/callback":                        {kind: settings, permission: "setup.write", body: `{}`},
		"POST /api/setup/files":                           {kind: settings, permission: "setup.write", body: `{}`},
		"DELETE /api/setup/files/{name}":                  {kind: settings, permission: "setup.write", object: "file"},
		"POST /api/setup/archive-keys":                    {kind: settings, permission: "setup.write"},
		"GET /api/setup/changes":                          {kind: shared, permission: "setup.read"},
		"POST /api/setup/check":                           {kind: settings, permission: "setup.read"},
		"GET /api/setup/health":                           {kind: shared, permission: "setup.read"},
		"GET /api/setup/corps":                            {kind: founders, permission: "installation.corps"},
		"POST /api/setup/corps":                           {kind: founders, permission: "installation.corps", body: `{}`},
		"POST /api/setup/corps/{id}/suspend":              {kind: founders, permission: "installation.corps", object: "corp"},
		"POST /api/setup/corps/{id}/resume":               {kind: founders, permission: "installation.corps", object: "corp"},
		"GET /api/channelcode/codes":                      {kind: lists, permission: "channelcode.read"},
		"POST /api/channelcode/codes":                     {kind: creates, permission: "channelcode.write", object: "member", body: code},
		"GET /api/channelcode/codes/{id}":                 {kind: reads, permission: "channelcode.read", object: "code"},
		"GET /api/channelcode/codes/{id}/changes":         {kind: reads, permission: "channelcode.read", object: "code"},
		"GET /api/channelcode/codes/{id}/days":            {kind: reads, permission: "channelcode.read", object: "code"},
		"GET /api/channelcode/codes/{id}/qr":              {kind: reads, permission: "channelcode.read", object: "code"},
		"PUT /api/channelcode/codes/{id}":                 {kind: writes, permission: "channelcode.write", object: "code", body: `{"name":"改","members":["{member}"],"skipVerify":false,"greeting":"default","version":1}`},
		"DELETE /api/channelcode/codes/{id}":              {kind: writes, permission: "channelcode.write", object: "code"},
		"GET /api/churn/losses":                           {kind: lists, permission: "churn.read"},
		"GET /api/churn/losses/count":                     {kind: counts, permission: "churn.read", list: "/api/churn/losses"},
		"GET /api/churn/losses/figures":                   {kind: lists, permission: "churn.read"},
		"GET /api/churn/channels":                         {kind: traces, permission: "churn.read"},
		"GET /api/churn/deletions":                        {kind: lists, permission: "churn.deletions"},
		"GET /api/churn/deletions/count":                  {kind: counts, permission: "churn.deletions", list: "/api/churn/deletions"},
		"GET /api/churn/deletions/figures":                {kind: lists, permission: "churn.deletions"},
		"GET /api/churn/hints":                            {kind: lists, permission: "churn.deletions"},
		"GET /api/churn/deletions/setting":                {kind: shared, permission: "churn.deletions"},
		"PUT /api/churn/deletions/setting":                {kind: settings, permission: "churn.setting", body: `{"notify":"off","hour":9,"receivers":[],"leaders":false,"unusual":false}`},
		"GET /api/churn/setting":                          {kind: shared, permission: "churn.read"},
		"PUT /api/churn/setting":                          {kind: settings, permission: "churn.setting", body: `{"notify":false}`},
		"GET /api/notice/messages":                        {kind: lists, permission: "notice.read"},
		"GET /api/notice/messages/count":                  {kind: counts, permission: "notice.read", list: "/api/notice/messages"},
		"POST /api/notice/messages/{id}/again":            {kind: writes, permission: "notice.again", object: "notice"},
		"GET /api/notice/setting":                         {kind: shared, permission: "notice.read"},
		"PUT /api/notice/setting":                         {kind: settings, permission: "notice.setting", body: `{"quiet":false,"from":"22:00","to":"08:00","kinds":[]}`},
		"GET /api/notice/mine":                            {kind: own},
		"GET /api/notice/mine/choices":                    {kind: own},
		"PUT /api/notice/mine/choices":                    {kind: own},
		"GET /api/customer/customers":                     {kind: lists, permission: "customer.read"},
		"GET /api/customer/customers/count":               {kind: counts, permission: "customer.read", list: "/api/customer/customers"},
		"GET /api/customer/customers/{id}":                {kind: reads, permission: "customer.read", object: "customer"},
		"GET /api/customer/customers/{id}/phones":         {kind: reads, permission: "customer.phone", object: "customer"},
		"GET /api/customer/customers/{id}/timeline":       {kind: reads, permission: "customer.read", object: "customer"},
		"GET /api/customer/fields":                        {kind: shared, permission: "customer.read"},
		"GET /api/customer/groups":                        {kind: lists, permission: "customer.read"},
		"GET /api/customer/segments":                      {kind: shared, permission: "customer.read"},
		"POST /api/customer/segments":                     {kind: settings, permission: "customer.read", body: `{"name":"群","share":{"with":"nobody"},"rule":{}}`},
		"PUT /api/customer/segments/{id}":                 {kind: settings, permission: "customer.read", object: "customer", body: `{"name":"群","share":{"with":"nobody"},"rule":{}}`},
		"DELETE /api/customer/segments/{id}":              {kind: settings, permission: "customer.read", object: "customer"},
		"GET /api/customer/figures":                       {kind: shared, permission: "customer.read"},
		"GET /api/customer/size":                          {kind: shared, permission: "customer.read"},
		"GET /api/customer/views":                         {kind: shared, permission: "customer.read"},
		"POST /api/customer/views":                        {kind: settings, permission: "customer.read", body: `{"name":"图","share":{"with":"nobody"},"content":"{}"}`},
		"PUT /api/customer/views/{id}":                    {kind: settings, permission: "customer.read", object: "customer", body: `{"name":"图","share":{"with":"nobody"},"content":"{}"}`},
		"DELETE /api/customer/views/{id}":                 {kind: settings, permission: "customer.read", object: "customer"},
		"PUT /api/customer/default-view":                  {kind: settings, permission: "customer.read", body: `{}`},
		"GET /api/customer/follows":                       {kind: lists, permission: "customer.read"},
		"GET /api/customer/follows/count":                 {kind: counts, permission: "customer.read", list: "/api/customer/follows"},
		"GET /api/eventlog/callbacks":                     {kind: lists, permission: "eventlog.read"},
		"GET /api/eventlog/callbacks/kinds":               {kind: shared, permission: "eventlog.read"},
		"GET /api/eventlog/callbacks/{id}":                {kind: reads, permission: "eventlog.read", object: "callback"},
		"GET /api/eventlog/callbacks/{id}/raw":            {kind: reads, permission: "eventlog.raw", object: "callback"},
		"POST /api/eventlog/callbacks/{id}/replay":        {kind: writes, permission: "eventlog.replay", object: "callback"},
		"GET /api/eventlog/calls":                         {kind: wholeLists, permission: "eventlog.read"},
		"GET /api/eventlog/jobs":                          {kind: wholeLists, permission: "eventlog.read"},
		"GET /api/eventlog/jobs/counts":                   {kind: wholeLists, permission: "eventlog.read"},
		"POST /api/eventlog/jobs/retry":                   {kind: wholeWrites, permission: "eventlog.replay", body: `{"kind":"mirror.none"}`},
		"GET /api/eventlog/jobs/{id}":                     {kind: wholeReads, permission: "eventlog.read", object: "job"},
		"GET /api/eventlog/jobs/{id}/args":                {kind: wholeReads, permission: "eventlog.raw", object: "job"},
		"POST /api/eventlog/jobs/{id}/retry":              {kind: wholeWrites, permission: "eventlog.replay", object: "job"},
		"POST /api/eventlog/jobs/{id}/discard":            {kind: wholeWrites, permission: "eventlog.replay", object: "job"},
		"GET /api/home/jobs":                              {kind: shared},
		"GET /api/home/search":                            {kind: lists, query: "?q=%E7%8E%8B%E5%B0%8F"},
		"GET /api/home/tiles":                             {kind: figures},
		"GET /api/home/trend":                             {kind: figures},
		"GET /api/intention/customers":                    {kind: lists, permission: "intention.read"},
		"GET /api/intention/customers/count":              {kind: counts, permission: "intention.read", list: "/api/intention/customers"},
		"GET /api/intention/customers/{id}":               {kind: reads, permission: "intention.read", object: "customer"},
		"GET /api/intention/levels":                       {kind: shared, permission: "intention.read"},
		"GET /api/intention/trend":                        {kind: shared, permission: "intention.read"},
		"GET /api/intention/setting":                      {kind: shared, permission: "intention.read"},
		"POST /api/intention/setting/preview":             {kind: settings, permission: "intention.setting", body: `{"halfLife":14,"high":50,"medium":20,"low":5,"signals":[]}`},
		"PUT /api/intention/setting":                      {kind: settings, permission: "intention.setting", body: `{"halfLife":14,"high":50,"medium":20,"low":5,"signals":[],"receivers":"newest","pauseDays":3,"version":0}`},
		"GET /api/live/changes":                           {kind: stream},
		"POST /api/message/pictures":                      {kind: settings},
		"GET /api/message/pictures/{hash}":                {kind: shared, object: "picture"},
		"GET /api/mirror/departments":                     {kind: lists},
		"GET /api/mirror/members":                         {kind: lists},
		"GET /api/mirror/sync":                            {kind: shared},
		"POST /api/mirror/sync":                           {kind: settings, permission: "mirror.sync", body: `{"scope":"tags"}`},
		"GET /api/mirror/tags":                            {kind: shared},
		"GET /api/network/hosts":                          {kind: founders, permission: "installation.network"},
		"GET /api/network/permits":                        {kind: founders, permission: "installation.network"},
		"GET /api/profile/fields":                         {kind: shared, permission: "profile.read"},
		"POST /api/profile/fields":                        {kind: settings, permission: "profile.field", body: `{"name":"爱好","kind":"text"}`},
		"PUT /api/profile/fields/{id}":                    {kind: settings, permission: "profile.field", object: "field", body: `{"name":"改","kind":"text","version":99}`},
		"PUT /api/profile/fields/{id}/state":              {kind: settings, permission: "profile.field", object: "field", body: `{"archived":true,"version":99}`},
		"GET /api/profile/fields/{id}/usage":              {kind: settings, permission: "profile.field", object: "field"},
		"DELETE /api/profile/fields/{id}":                 {kind: settings, permission: "profile.field", object: "field"},
		"PUT /api/profile/order":                          {kind: settings, permission: "profile.field", body: `{"fields":[]}`},
		"GET /api/profile/customers/{id}":                 {kind: reads, permission: "profile.read", object: "customer"},
		"PUT /api/profile/customers/{id}/values":          {kind: writes, permission: "profile.write", object: "customer", body: `{"values":[{"field":"{id}","values":[]}]}`},
		"GET /api/profile/customers/{id}/phones":          {kind: reads, permission: "profile.read", object: "customer"},
		"POST /api/profile/customers/{id}/files":          {kind: writes, permission: "profile.write", object: "customer"},
		"GET /api/profile/files/{id}":                     {kind: reads, permission: "profile.read", object: "file"},
		"PUT /api/profile/own/{id}/notes":                 {kind: settings, permission: "profile.write", object: "follow", body: `{"remark":"改"}`},
		"PUT /api/profile/follows/{id}/notes":             {kind: writes, permission: "profile.describe", object: "follow", body: `{"remark":"改"}`},
		"GET /api/profile/blacklist":                      {kind: lists, permission: "profile.read"},
		"PUT /api/profile/customers/{id}/blacklist":       {kind: writes, permission: "profile.blacklist", object: "customer", body: `{"reason":"同行"}`},
		"DELETE /api/profile/customers/{id}/blacklist":    {kind: writes, permission: "profile.blacklist", object: "customer"},
		"POST /api/profile/blacklist":                     {kind: settings, permission: "profile.blacklist", body: `{"selection":{},"remove":true}`},
		"POST /api/profile/edits":                         {kind: settings, permission: "profile.batch", body: `{"selection":{},"values":[{"field":"{id}","values":[]}]}`, object: "field"},
		"GET /api/profile/runs":                           {kind: traces, permission: "profile.read"},
		"GET /api/profile/runs/{id}":                      {kind: settings, permission: "profile.read", object: "run"},
		"GET /api/profile/runs/{id}/items":                {kind: traces, permission: "profile.read", object: "run"},
		"GET /api/profile/runs/{id}/report.csv":           {kind: settings, permission: "profile.batch", object: "run"},
		"POST /api/profile/runs/{id}/undo":                {kind: settings, permission: "profile.batch", object: "run"},
		"POST /api/profile/runs/{id}/retry":               {kind: settings, permission: "profile.batch", object: "run"},
		"POST /api/profile/imports":                       {kind: settings, permission: "profile.batch"},
		"GET /api/profile/imports/template.xlsx":          {kind: shared, permission: "profile.batch"},
		"PUT /api/profile/imports/{id}":                   {kind: settings, permission: "profile.batch", object: "run", body: `{"match":"external","key":0,"columns":[{"index":1,"field":"{id}"}]}`},
		"POST /api/profile/imports/{id}/start":            {kind: settings, permission: "profile.batch", object: "run"},
		"GET /api/profile/duplicates":                     {kind: traces, permission: "profile.read"},
		"POST /api/profile/merges":                        {kind: creates, permission: "profile.merge", object: "customer", body: `{"main":"{id}","others":["{id}"]}`},
		"DELETE /api/profile/merges/{id}":                 {kind: writes, permission: "profile.merge", object: "merge"},
		"GET /api/transfer/leavers":                       {kind: lists, permission: "transfer.read"},
		"GET /api/transfer/leavers/count":                 {kind: counts, permission: "transfer.read", list: "/api/transfer/leavers"},
		"GET /api/transfer/refresh":                       {kind: shared, permission: "transfer.read"},
		"POST /api/transfer/refresh":                      {kind: settings, permission: "transfer.write"},
		"GET /api/transfer/members/{member}/customers":    {kind: reads, permission: "transfer.read", object: "member"},
		"GET /api/transfer/members/{member}/groups":       {kind: reads, permission: "transfer.read", object: "member"},
		"POST /api/transfer/preview":                      {kind: creates, permission: "transfer.write", object: "member", body: handOver + "}"},
		"GET /api/transfer/transfers":                     {kind: lists, permission: "transfer.read"},
		"POST /api/transfer/transfers":                    {kind: creates, permission: "transfer.write", object: "member", body: handOver + `,"expect":{"customers":9,"groups":9}}`},
		"GET /api/transfer/transfers/{id}":                {kind: reads, permission: "transfer.read", object: "transfer"},
		"POST /api/transfer/transfers/{id}/retry":         {kind: writes, permission: "transfer.write", object: "transfer", body: `{}`},
		"POST /api/transfer/transfers/{id}/cancel":        {kind: writes, permission: "transfer.write", object: "transfer"},
		"GET /api/transfer/items":                         {kind: lists, permission: "transfer.read"},
		"GET /api/transfer/items/count":                   {kind: counts, permission: "transfer.read", list: "/api/transfer/items"},
		"GET /api/followup/customers/{id}/notes":          {kind: reads, permission: "followup.read", object: "customer"},
		"POST /api/followup/customers/{id}/notes":         {kind: writes, permission: "followup.write", object: "customer", body: `{"how":"note","text":"","pictures":[],"mentions":[]}`},
		"PUT /api/followup/notes/{id}":                    {kind: writes, permission: "followup.write", object: "note", body: `{"how":"note","text":"好","pictures":[],"mentions":[]}`},
		"DELETE /api/followup/notes/{id}":                 {kind: writes, permission: "followup.write", object: "note"},
		"POST /api/followup/customers/{id}/pictures":      {kind: writes, permission: "followup.write", object: "customer"},
		"GET /api/followup/pictures/{id}":                 {kind: reads, permission: "followup.read", object: "notePicture"},
		"GET /api/followup/customers/{id}/tasks":          {kind: reads, permission: "followup.read", object: "customer"},
		"POST /api/followup/customers/{id}/tasks":         {kind: writes, permission: "followup.write", object: "customer", body: `{"title":"做","member":"zheng","dueAt":"2020-12-01T00:00:00Z"}`},
		"GET /api/followup/tasks":                         {kind: lists, permission: "followup.read"},
		"PUT /api/followup/tasks/{id}/done":               {kind: writes, permission: "followup.write", object: "task", body: `{"done":false}`},
		"DELETE /api/followup/tasks/{id}":                 {kind: writes, permission: "followup.write", object: "task"},
		"GET /api/stage/flows":                            {kind: shared, permission: "stage.read"},
		"POST /api/stage/flows":                           {kind: settings, permission: "stage.setting", body: `{}`},
		"PUT /api/stage/flows/{id}":                       {kind: settings, permission: "stage.setting", object: "flow", body: `{}`},
		"DELETE /api/stage/flows/{id}":                    {kind: settings, permission: "stage.setting", object: "flow"},
		"POST /api/stage/stages/{id}/remove":              {kind: settings, permission: "stage.setting", object: "flow", body: `{"into":"00000000000z9"}`},
		"GET /api/stage/flows/{id}/board":                 {kind: reads, permission: "stage.read", object: "flow"},
		"GET /api/stage/flows/{id}/cards":                 {kind: reads, permission: "stage.read", object: "flow"},
		"GET /api/stage/flows/{id}/cards/count":           {kind: reads, permission: "stage.read", object: "flow"},
		"GET /api/stage/flows/{id}/funnel":                {kind: reads, permission: "stage.read", object: "flow", query: "?from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z"},
		"POST /api/stage/moves":                           {kind: writes, permission: "stage.move", object: "follow", body: `{"follow":"{id}","stage":"00000000000z9"}`},
		"DELETE /api/stage/cards/{id}":                    {kind: writes, permission: "stage.move", object: "card"},
		"GET /api/stage/customers/{id}":                   {kind: reads, permission: "stage.read", object: "customer"},
		"POST /api/stage/flows/{id}/batches":              {kind: writes, permission: "stage.bulk", object: "flow", body: `{"stage":"00000000000z9","selection":{}}`},
		"GET /api/stage/batches":                          {kind: traces, permission: "stage.bulk"},
		"POST /api/stage/batches/{id}/stop":               {kind: writes, permission: "stage.bulk", object: "batch"},
		"GET /api/stage/batches/{id}/items":               {kind: reads, permission: "stage.bulk", object: "batch"},
		"GET /api/stage/setting":                          {kind: shared, permission: "stage.read"},
		"PUT /api/stage/setting":                          {kind: settings, permission: "stage.setting", body: `{"counts":[],"calendar":{"weekend":[0],"days":[]}}`},
		"GET /api/welcome/deliveries":                     {kind: lists, permission: "welcome.read"},
		"GET /api/welcome/greetings":                      {kind: lists, permission: "welcome.read"},
		"POST /api/welcome/greetings":                     {kind: creates, permission: "welcome.write", object: "member", body: greeting},
		"PUT /api/welcome/greetings/{id}":                 {kind: writes, permission: "welcome.write", object: "greeting", body: `{"level":"member","target":"{member}","content":{"text":"好"},"enabled":true,"version":1}`},
		"DELETE /api/welcome/greetings/{id}":              {kind: writes, permission: "welcome.write", object: "greeting"},
	}
}
