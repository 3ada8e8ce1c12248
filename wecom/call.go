package wecom

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// call is one operation, ready to be sent more than once.
type call struct {
	method string
	path   string
	query  url.Values
	header http.Header
	// body gives the content anew for each attempt; nil means none.
	body        func() (io.Reader, int64, error)
	contentType string
	// raw is called with an answer that may be something else than JSON. It owns the
	// body when it returns true.
	raw func(*http.Response) bool
}

// secrets are the values of the address that nobody may read: it gets into errors.
func (c *call) secrets(token string) []string {
	return []string{token, c.query.Get("corpsecret"), c.query.Get("code")}
}

func (c *call) op() string { return strings.TrimPrefix(c.path, "/cgi-bin/") }

// Do calls an operation that this package does not know. The path begins with
// /cgi-bin/; body is encoded as JSON unless nil; into is filled from the answer unless
// nil. Tokens, pacing and errors are as for any other operation.
func (c *Client) Do(ctx context.Context, method, path string, query url.Values, body, into any) error {
	cl := &call{method: method, path: path, query: query}
	if err := cl.json(body); err != nil {
		return c.unencodable(cl, err)
	}
	target := &anything{into: into}
	return c.invoke(ctx, cl, target)
}

// anything is an answer of a type that does not embed Result.
type anything struct {
	Result
	into any
}

func (a *anything) UnmarshalJSON(text []byte) error {
	if err := json.Unmarshal(text, &a.Result); err != nil {
		return err
	}
	if a.into == nil {
		return nil
	}
	return json.Unmarshal(text, a.into)
}

// ptrAnswer is the pointer to a response type.
type ptrAnswer[R any] interface {
	*R
	answer
}

// get calls a GET operation.
func get[R any, P ptrAnswer[R]](ctx context.Context, c *Client, path string, query url.Values) (R, error) {
	var response R
	err := c.invoke(ctx, &call{method: http.MethodGet, path: path, query: query}, P(&response))
	return response, err
}

// post calls a POST operation with a JSON body.
func post[R any, P ptrAnswer[R]](ctx context.Context, c *Client, path string, body any) (R, error) {
	var response R
	cl := &call{method: http.MethodPost, path: path}
	if err := cl.json(body); err != nil {
		return response, c.unencodable(cl, err)
	}
	err := c.invoke(ctx, cl, P(&response))
	return response, err
}

// json sets the body.
func (c *call) json(body any) error {
	if body == nil {
		return nil
	}
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false) // texts hold tags and addresses, limits count bytes
	if err := encoder.Encode(body); err != nil {
		return err
	}
	encoded := buffer.Bytes()
	c.contentType = "application/json; charset=utf-8"
	c.body = func() (io.Reader, int64, error) { return bytes.NewReader(encoded), int64(len(encoded)), nil }
	return nil
}

// invoke sends a call with a token, and once more with a new one when WeCom says that
// the token is no good.
func (c *Client) invoke(ctx context.Context, cl *call, into answer) error {
	stale := ""
	for {
		token, err := c.accessToken(ctx, stale)
		if err != nil {
			return err
		}
		err = c.exchange(ctx, cl, token, into)
		if stale != "" || ClassOf(err) != errcode.ClassToken {
			return err
		}
		stale = token
	}
}

// exchange sends a call once and reports it to the observer.
func (c *Client) exchange(ctx context.Context, cl *call, token string, into answer) error {
	info := CallInfo{Op: cl.op(), CorpID: c.corpID, App: c.app.Name, AgentID: c.app.AgentID}
	waited, err := c.pacer.wait(ctx, c.clock, c.corpID, info.Op)
	info.Waited, info.Start = waited, c.clock.Now()
	var failure *Error
	if err != nil {
		failure = &Error{Class: errcode.ClassTransient, Err: fmt.Errorf("gave up while waiting for its turn: %w", err)}
	} else {
		info.HTTPStatus, failure = c.send(ctx, cl, token, into)
	}
	info.Duration = c.clock.Now().Sub(info.Start)
	if failure != nil {
		failure.Op, failure.App, failure.HTTPStatus = info.Op, c.app.Name, info.HTTPStatus
		failure.Msg = redact(failure.Msg, cl.secrets(token)...)
		info.Code, info.Class, info.Err = failure.Code, failure.Class, failure
	}
	if c.observe != nil {
		c.observe(ctx, info)
	}
	if failure != nil {
		return failure
	}
	return nil
}

// send is the exchange itself.
func (c *Client) send(ctx context.Context, cl *call, token string, into answer) (status int, failure *Error) {
	request, err := c.request(ctx, cl, token)
	if err != nil {
		return 0, &Error{Class: errcode.ClassItem, Err: cause(err, cl.secrets(token)...)}
	}
	response, err := c.http.Do(request)
	if err != nil {
		return 0, &Error{Class: errcode.ClassTransient, Err: cause(err, cl.secrets(token)...)}
	}
	if response.StatusCode/100 == 2 && cl.raw != nil && cl.raw(response) {
		return response.StatusCode, nil
	}
	defer func() { _ = response.Body.Close() }() // nothing is left to be done about it
	if failure := unexpected(response); failure != nil {
		return response.StatusCode, failure
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, c.maxResponse+1))
	switch {
	case err != nil:
		return response.StatusCode, &Error{Class: errcode.ClassTransient, Err: cause(err, cl.secrets(token)...)}
	case int64(len(body)) > c.maxResponse:
		return response.StatusCode, &Error{
			Class: errcode.ClassItem, Err: fmt.Errorf("%w: more than %d bytes", ErrTooLarge, c.maxResponse),
		}
	}
	return response.StatusCode, decode(body, into)
}

func (c *Client) request(ctx context.Context, cl *call, token string) (*http.Request, error) {
	var (
		body io.Reader
		size int64
		err  error
	)
	if cl.body != nil {
		if body, size, err = cl.body(); err != nil {
			return nil, err
		}
	}
	query := url.Values{}
	maps.Copy(query, cl.query)
	if token != "" {
		query.Set("access_token", token)
	}
	request, err := http.NewRequestWithContext(ctx, cl.method, c.baseURL+cl.path+"?"+query.Encode(), body)
	if err != nil {
		return nil, err
	}
	maps.Copy(request.Header, cl.header)
	if cl.contentType != "" {
		request.Header.Set("Content-Type", cl.contentType)
	}
	if cl.body != nil {
		request.ContentLength = size
	}
	return request, nil
}

// unexpected judges the HTTP status. WeCom answers 200 even for failures, so anything
// else was said by something in between.
func unexpected(response *http.Response) *Error {
	switch status := response.StatusCode; {
	case status/100 == 2:
		return nil
	case status/100 == 5, status == http.StatusRequestTimeout, status == http.StatusTooManyRequests:
		return &Error{Class: errcode.ClassTransient, Err: errors.New("WeCom or a proxy before it is in trouble")}
	default:
		return &Error{Class: errcode.ClassConfig, Err: errors.New("this is not how WeCom answers: check the base address and the proxy")}
	}
}

// decode reads an answer and the error code in it.
func decode(body []byte, into answer) *Error {
	if err := json.Unmarshal(body, into); err != nil {
		// A failure may come in another shape than the success that is expected.
		var result Result
		if json.Unmarshal(body, &result) == nil && result.ErrCode != errcode.OK {
			return failed(result)
		}
		// The body stays out of the text: it may be personal, or a page of a proxy.
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return &Error{Class: errcode.ClassItem, Err: fmt.Errorf("the answer has a %s in field %q", wrong.Value, wrong.Field)}
		}
		return &Error{Class: errcode.ClassTransient, Err: fmt.Errorf("the answer of %d bytes is not JSON", len(body))}
	}
	if result := into.result(); result.ErrCode != errcode.OK {
		return failed(*result)
	}
	return nil
}

func failed(result Result) *Error {
	return &Error{Code: result.ErrCode, Msg: result.ErrMsg, Class: errcode.ClassOf(result.ErrCode)}
}

func (c *Client) unencodable(cl *call, err error) error {
	return &Error{Op: cl.op(), App: c.app.Name, Class: errcode.ClassItem, Err: fmt.Errorf("the request cannot be encoded: %w", err)}
}

// wrap gives an error that is not an *Error yet the operation's name.
func (c *Client) wrap(op string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*Error](err); ok {
		return err
	}
	return &Error{Op: op, App: c.app.Name, Class: errcode.ClassTransient, Err: err}
}
