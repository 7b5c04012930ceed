import { type CodeLanguage, rows, words } from './language.ts'
import { CLOSING } from './quotes.ts'
import type { Quoted } from './scan.ts'

/** `%w[…]` and its relatives. */
function percent([, name = '', opener = '']: RegExpExecArray): Quoted {
  const close = CLOSING[opener] ?? opener
  const nests = close === opener ? {} : { nests: opener }
  switch (name) {
    case 'q':
      return { close, ...nests, escapes: 'quote' }
    case 'w':
    case 'i':
      return { close, ...nests, escapes: 'quote', as: 'words' }
    case 'W':
    case 'I':
      return { close, ...nests, holes: 'hash', as: 'words' }
    case 'x':
      return { close, ...nests, holes: 'hash', as: 'run' }
    case 'r':
      return { close, ...nests, escapes: 'none', holes: 'hash', as: 'regex' }
    default:
      return { close, ...nests, holes: 'hash' }
  }
}

export const RUBY: CodeLanguage = {
  name: 'ruby',
  syntax: {
    comment: /#[^\n]*/y,
    blocks: [[/^=begin\b/my, '\n=end']],
    end: /^__END__$/my,
    quotes: [
      { open: /"/y, of: () => ({ close: '"', holes: 'hash' }) },
      { open: /'/y, of: () => ({ close: "'", escapes: 'quote' }) },
      { open: /`/y, of: () => ({ close: '`', holes: 'hash', as: 'run' }) },
      { open: /%([wWiIqQxr]?)([^\w\s=])/y, value: true, of: percent },
      { open: /\//y, value: true, of: () => ({ close: '/', escapes: 'none', holes: 'hash', as: 'regex' }) },
    ],
    heredoc: /<<[~-]?(["'`]?)([A-Za-z_]\w*)\1/y,
    heredocHoles: 'hash',
    word: /(?:@{0,2}|\$)[\p{L}_][\p{L}\p{N}_]*(?:[?!](?!=))?|\$[!@&~0-9*$?:"<>,./\\;]/uy,
    lines: true,
    commands: true,
    keywords: words(
      'if unless while until case when then else elsif end begin rescue ensure class module return yield next break redo retry and or not do def in alias undef defined?',
    ),
    infix: new Set(),
  },
  prefix: words('return yield not next break'),
  statements: { def: 'function', for: 'for' },
  blocks: 'call',
  bareCalls: true,
  scope: 'set',
  concat: '+',
  aliases: rows({
    'Kernel Object self main Kernel.self Object.Kernel': '',
    'File.self': 'File',
    'FileUtils.Verbose': 'FileUtils',
    'IO.File': 'File',
  }),
  effects: rows({
    'File.delete File.unlink FileUtils.rm FileUtils.rm_f FileUtils.remove FileUtils.safe_unlink rm rm_f': 'delete…',
    'FileUtils.rm_r FileUtils.rm_rf FileUtils.rmtree FileUtils.remove_dir FileUtils.remove_entry FileUtils.remove_entry_secure FileUtils.remove_file rm_r rm_rf remove_dir remove_entry':
      'tree',
    'Dir.rmdir Dir.delete Dir.unlink FileUtils.rmdir': 'rmdir',
    'Path.delete Path.unlink Path.rmdir *.unlink': '@unlink',
    '*.rmtree': '@tree',
    'File.rename': 'move',
    'Path.rename': '@move',
    'FileUtils.mv FileUtils.move mv': 'mv',
    'FileUtils.cp FileUtils.copy FileUtils.copy_file FileUtils.install cp': 'copy',
    'FileUtils.cp_r FileUtils.copy_entry cp_r': 'copy-tree',
    'File.symlink File.link FileUtils.ln FileUtils.ln_s FileUtils.ln_sf FileUtils.link_entry': 'read create',
    'File.write IO.write File.binwrite IO.binwrite': 'create',
    'Path.write Path.binwrite': '@create',
    'File.truncate FileUtils.touch': 'update',
    'FileUtils.mkdir FileUtils.mkdir_p FileUtils.makedirs Dir.mkdir mkdir_p': 'folder',
    'File.chmod FileUtils.chmod': '!chmod {0:mode} {1}',
    'FileUtils.chmod_R': '!chmod -R {0:mode} {1}',
    'FileUtils.chown File.chown': '!chown - {2}',
    'FileUtils.chown_R': '!chown -R - {2}',
    'File.open File.new open IO.open Kernel.open': 'open',
    'File.read IO.read File.readlines IO.readlines File.foreach IO.foreach File.binread YAML.load_file JSON.load_file CSV.read CSV.foreach':
      'read',
    'Dir.chdir FileUtils.cd FileUtils.chdir': 'chdir',
    'system exec spawn ` IO.popen Process.spawn Process.exec Open3.capture2 Open3.capture2e Open3.capture3 Open3.popen2 Open3.popen2e Open3.popen3 Open3.pipeline PTY.spawn sh':
      'system',
    'eval instance_eval class_eval module_eval *.instance_eval *.class_eval *.module_eval *.eval': 'code',
    'load require': 'script-text',
    'fork syscall Fiddle.dlopen Fiddle.Handle.new RubyVM.InstructionSequence.load_from_binary': 'opaque',
    'Process.kill': '!kill -s {0} {1}',
    'Net.HTTP.get Net.HTTP.get_response Net.HTTP.get_print URI.open OpenURI.open_uri HTTParty.get Faraday.get RestClient.get HTTP.get Typhoeus.get Excon.get':
      'get',
    'Net.HTTP.post Net.HTTP.post_form HTTParty.post Faraday.post RestClient.post HTTP.post Typhoeus.post Excon.post':
      'post',
    'HTTParty.put HTTParty.patch Faraday.put Faraday.patch RestClient.put RestClient.patch HTTP.put HTTP.patch': 'put',
    'HTTParty.delete Faraday.delete RestClient.delete HTTP.delete': 'del',
    'TCPSocket.new TCPSocket.open UDPSocket.new Socket.tcp Net.SMTP.start Net.FTP.open Net.HTTP.start Net.HTTP.new':
      'connect',
    'PG.*.exec PG.*.exec_params ActiveRecord.*.execute Sequel.*.run Sequel.*.execute': '!psql -c {0}',
    'Mysql2.*.query': '!mysql -e {0}',
    'SQLite3.*.execute SQLite3.*.execute_batch': '!sqlite3 {of} {0}',
  }),
  values: rows({
    'Pathname.new Pathname': 'path()',
    'URI URI.parse String Array': 'same()',
    'File.join': 'glue()',
    'File.expand_path': 'expand()',
    'File.dirname Path.dirname Path.parent': 'parent()',
    'File.basename File.extname Path.basename Path.extname': 'name()',
    'Path.join Path.+': 'under()',
    '*.join': 'separated()',
    '*.split': 'split()',
    'Dir.pwd Dir.getwd': 'here()',
    'Dir.home': 'home()',
    'Dir.tmpdir': 'temporary-in()',
    'Dir.mktmpdir Tempfile.new Tempfile.create': 'temporary()',
    'Dir.glob': 'glob()',
    'Dir[]': 'glob',
    'Dir.entries Dir.children Dir.each_child': 'names()',
    'Path.children Path.each_child': 'entries()',
    'Path.glob': 'glob-below()',
    'ENV.HOME': 'home',
    'ENV.fetch': 'environment()',
    ARGV: 'arguments',
    '__FILE__ $0 $PROGRAM_NAME': 'script',
    __dir__: 'folder',
    'Object.const_get const_get Kernel.const_get': 'module()',
    '*.strip *.chomp *.to_s *.to_str *.freeze *.sort *.reverse *.uniq *.compact *.select *.reject *.to_a *.dup':
      'receiver()',
    '*.first *.last *.pop *.shift *.sample': 'item()',
    'method *.method *.public_method *.instance_method': 'attribute-of()',
    'Shellwords.split Shellwords.shellsplit': 'words()',
    'Time.now Process.pid rand SecureRandom.hex': 'token()',
  }),
  harmless: words('File Dir IO JSON YAML CSV Set Struct Time Date Regexp Math Logger ERB Nokogiri Rake Gem RSpec'),
  remote: words('Aws Stripe Redis Mongo Google Azure Twilio Octokit Algolia Elasticsearch DropletKit Fog'),
}
