-- A session in Neovim: completes a link, follows it, renames its note, and undoes the change here.
local function report(name, value)
  io.stdout:write(name .. ": " .. tostring(value) .. "\n")
end

local function ask(method, column, more)
  local params = vim.lsp.util.make_position_params(0, "utf-16")
  params.position = { line = 0, character = column }
  params = vim.tbl_extend("force", params, more or {})
  for _, answer in pairs(vim.lsp.buf_request_sync(0, method, params, 60000) or {}) do
    return answer.result
  end
end

local function set_line(text)
  vim.api.nvim_buf_set_lines(0, 0, -1, false, { text })
end

local function get_line()
  return vim.api.nvim_buf_get_lines(0, 0, 1, false)[1]
end

vim.cmd("silent edit Try.md")
vim.wait(60000, function()
  local clients = vim.lsp.get_clients({ name = "notekeep" })
  return clients[1] and clients[1].initialized
end)

set_line("🌱 see [[rive")
local first
vim.wait(60000, function()
  local found = ask("textDocument/completion", 13)
  first = found and found.items[1]
  return first ~= nil
end, 100)
vim.lsp.util.apply_text_edits({ first.textEdit }, vim.api.nvim_get_current_buf(), "utf-16")
report("completed", get_line())

local place = ask("textDocument/definition", 11)
report("leads to", vim.fs.basename((place.uri or place[1].uri)))

vim.cmd("silent write")
vim.cmd("let &undolevels = &undolevels") -- the next change is undone alone, as after typing
local edit = ask("textDocument/rename", 11, { newName = "Streams" })
local note = vim.api.nvim_get_current_buf()
vim.lsp.util.apply_workspace_edit(edit, "utf-16")
vim.cmd("silent wall")
report("renamed", get_line())

vim.api.nvim_set_current_buf(note)
vim.cmd("silent undo")
report("undone", get_line())
vim.cmd("silent qall!")
