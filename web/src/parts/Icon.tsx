import * as icons from '@ant-design/icons';
import type { CSSProperties } from 'react';

/** The product's icon words. Pages say what a thing is; which picture that gets is decided here, once. */
const pictures = {
  home: icons.HomeOutlined,
  acquire: icons.QrcodeOutlined,
  customer: icons.TeamOutlined,
  group: icons.CommentOutlined,
  reach: icons.SendOutlined,
  engage: icons.GiftOutlined,
  content: icons.FolderOpenOutlined,
  risk: icons.SafetyOutlined,
  data: icons.BarChartOutlined,
  management: icons.SettingOutlined,
  member: icons.UserOutlined,
  department: icons.ApartmentOutlined,
  tag: icons.TagOutlined,
  search: icons.SearchOutlined,
  add: icons.PlusOutlined,
  edit: icons.EditOutlined,
  remove: icons.DeleteOutlined,
  close: icons.CloseOutlined,
  more: icons.EllipsisOutlined,
  filter: icons.FilterOutlined,
  columns: icons.ControlOutlined,
  reload: icons.ReloadOutlined,
  download: icons.DownloadOutlined,
  upload: icons.UploadOutlined,
  copy: icons.CopyOutlined,
  done: icons.CheckOutlined,
  success: icons.CheckCircleOutlined,
  info: icons.InfoCircleOutlined,
  warning: icons.ExclamationCircleOutlined,
  error: icons.CloseCircleOutlined,
  help: icons.QuestionCircleOutlined,
  bell: icons.BellOutlined,
  jobs: icons.SyncOutlined,
  language: icons.GlobalOutlined,
  light: icons.SunOutlined,
  dark: icons.MoonOutlined,
  system: icons.DesktopOutlined,
  signOut: icons.LogoutOutlined,
  lock: icons.LockOutlined,
  fold: icons.MenuFoldOutlined,
  unfold: icons.MenuUnfoldOutlined,
  menu: icons.MenuOutlined,
  down: icons.DownOutlined,
  left: icons.LeftOutlined,
  right: icons.RightOutlined,
  up: icons.ArrowUpOutlined,
  fall: icons.ArrowDownOutlined,
  open: icons.ExportOutlined,
  save: icons.StarOutlined,
  clock: icons.ClockCircleOutlined,
  image: icons.PictureOutlined,
  link: icons.LinkOutlined,
  miniprogram: icons.AppstoreOutlined,
  video: icons.VideoCameraOutlined,
  file: icons.FileOutlined,
  scan: icons.ScanOutlined,
  play: icons.PlayCircleOutlined,
  stop: icons.StopOutlined,
  undo: icons.UndoOutlined,
  drag: icons.HolderOutlined,
  eye: icons.EyeOutlined,
  chat: icons.MessageOutlined,
  api: icons.ApiOutlined,
  empty: icons.InboxOutlined,
  leave: icons.UserDeleteOutlined,
  join: icons.UserAddOutlined,
  welcome: icons.SmileOutlined,
} as const;

export type IconName = keyof typeof pictures;

/** A picture for a word. Decorative unless it is given a label. */
export function Icon(props: {
  name: IconName;
  label?: string;
  spin?: boolean;
  style?: CSSProperties;
  className?: string;
}) {
  const { name, label, ...rest } = props;
  const Picture = pictures[name];
  return <Picture {...rest} {...(label ? { 'aria-label': label } : { 'aria-hidden': true })} />;
}

/** Whether a word has a picture; menu groups come from the server as plain text. */
export function isIconName(name: string): name is IconName {
  return name in pictures;
}
