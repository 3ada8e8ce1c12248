package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
)

// S3Options say where the object store is.
type S3Options struct {
	Endpoint  string // host or host:port
	Region    string
	Bucket    string // must exist
	Prefix    string // before every key, without a slash at the end
	AccessKey string
	SecretKey secret.Text
	Insecure  bool // HTTP instead of HTTPS
	PathStyle bool // bucket in the path
	// Transport carries the calls; the program's own (platform/outgoing), which must
	// allow the endpoint.
	Transport http.RoundTripper
}

// S3 keeps objects in an object store.
type S3 struct {
	client *minio.Client
	bucket string
	prefix string
}

// OpenS3 makes the client; it does not call the store.
func OpenS3(o S3Options) (*S3, error) {
	lookup := minio.BucketLookupDNS
	if o.PathStyle {
		lookup = minio.BucketLookupPath
	}
	client, err := minio.New(o.Endpoint, &minio.Options{
		Creds:  credentials.NewStaticV4(o.AccessKey, o.SecretKey.Reveal(), ""),
		Secure: !o.Insecure, Region: o.Region, BucketLookup: lookup, Transport: o.Transport, TrailingHeaders: false,
	})
	if err != nil {
		return nil, fmt.Errorf("blob: s3: %w", err)
	}
	s := &S3{client: client, bucket: o.Bucket}
	if p := strings.Trim(o.Prefix, "/"); p != "" {
		s.prefix = p + "/"
	}
	return s, nil
}

// Check asks the store whether the bucket is there: for start-up and doctor.
func (s *S3) Check(ctx context.Context) error {
	ok, err := s.client.BucketExists(ctx, s.bucket)
	if err != nil {
		return fmt.Errorf("blob: s3: %w", err)
	}
	if !ok {
		return fmt.Errorf("blob: s3: bucket %s does not exist; create it or check blob.s3.bucket", s.bucket)
	}
	return nil
}

// partSize bounds the memory for an upload of unknown size.
const partSize = 8 << 20

// Put uploads an object.
func (s *S3) Put(ctx context.Context, key string, r io.Reader, size int64, contentType string) (Info, error) {
	if err := CheckKey(key); err != nil {
		return Info{}, err
	}
	if contentType == "" {
		contentType = octets
	}
	body := exactly(ctx, r, size)
	if size == 0 {
		// The client does not read what is to be empty; it must be, all the same.
		if _, err := io.Copy(io.Discard, body); err != nil {
			return Info{}, fmt.Errorf("blob: put %s: %w", key, err)
		}
	}
	up, err := s.client.PutObject(ctx, s.bucket, s.prefix+key, body, size, minio.PutObjectOptions{
		ContentType: contentType, PartSize: partSize,
		// TLS protects the body. Without TLS the client would send it in signed pieces, a
		// form that not every store that speaks S3 understands.
		DisableContentSha256: true,
	})
	if err != nil {
		return Info{}, fmt.Errorf("blob: put %s: %w", key, err)
	}
	return Info{Key: key, Size: up.Size, Type: contentType, ETag: up.ETag, Modified: up.LastModified}, nil
}

// Get opens an object.
func (s *S3) Get(ctx context.Context, key string) (io.ReadCloser, Info, error) {
	if err := CheckKey(key); err != nil {
		return nil, Info{}, err
	}
	o, err := s.client.GetObject(ctx, s.bucket, s.prefix+key, minio.GetObjectOptions{})
	if err != nil {
		return nil, Info{}, s.wrap("get", key, err)
	}
	stat, err := o.Stat() // the call goes out here
	if err != nil {
		return nil, Info{}, errors.Join(s.wrap("get", key, err), o.Close())
	}
	return o, s.info(stat), nil
}

// Stat describes an object.
func (s *S3) Stat(ctx context.Context, key string) (Info, error) {
	if err := CheckKey(key); err != nil {
		return Info{}, err
	}
	stat, err := s.client.StatObject(ctx, s.bucket, s.prefix+key, minio.StatObjectOptions{})
	if err != nil {
		return Info{}, s.wrap("stat", key, err)
	}
	return s.info(stat), nil
}

// Delete removes an object.
func (s *S3) Delete(ctx context.Context, key string) error {
	if err := CheckKey(key); err != nil {
		return err
	}
	err := s.wrap("delete", key, s.client.RemoveObject(ctx, s.bucket, s.prefix+key, minio.RemoveObjectOptions{}))
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// List gives the objects below a prefix.
func (s *S3) List(ctx context.Context, prefix string) iter.Seq2[Info, error] {
	return func(yield func(Info, error) bool) {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		for o := range s.client.ListObjects(ctx, s.bucket, minio.ListObjectsOptions{Prefix: s.prefix + prefix, Recursive: true}) {
			if o.Err != nil {
				yield(Info{}, fmt.Errorf("blob: list: %w", o.Err))
				return
			}
			if !yield(s.info(o), nil) {
				return
			}
		}
	}
}

// URL presigns a download, valid at most seven days (the protocol's limit).
func (s *S3) URL(ctx context.Context, key string, valid time.Duration) (string, error) {
	if err := CheckKey(key); err != nil {
		return "", err
	}
	u, err := s.client.PresignedGetObject(ctx, s.bucket, s.prefix+key, valid, url.Values{})
	if err != nil {
		return "", fmt.Errorf("blob: url of %s: %w", key, err)
	}
	return u.String(), nil
}

func (s *S3) info(o minio.ObjectInfo) Info {
	return Info{Key: strings.TrimPrefix(o.Key, s.prefix), Size: o.Size, Type: o.ContentType, ETag: strings.Trim(o.ETag, `"`), Modified: o.LastModified}
}

func (s *S3) wrap(what, key string, err error) error {
	if err == nil {
		return nil
	}
	if code := minio.ToErrorResponse(err).Code; code == minio.NoSuchKey {
		return ErrNotFound
	}
	return fmt.Errorf("blob: %s %s: %w", what, key, err)
}
