;; A session in Emacs: completes a link, follows it, renames a heading, and undoes the change here.
(defun report (name value)
  (princ (format "%s: %s\n" name (string-trim (format "%s" value)))))

(defun wait-for (condition)
  "Wait until CONDITION returns a value, and return it."
  (let ((end (+ (float-time) 60)) found)
    (while (and (not (setq found (funcall condition))) (< (float-time) end))
      (accept-process-output nil 0.05))
    found))

(find-file "Try.md")
(run-hooks 'post-command-hook) ; eglot connects after the first command
(wait-for #'eglot-current-server)

(insert "🌱 see [[Rive")
(wait-for (lambda ()
            (completion-at-point)
            (string-search "[[Rivers]]" (buffer-string))))
(report "completed" (buffer-string))

(save-buffer)
(search-backward "vers")
(call-interactively #'xref-find-definitions)
(report "leads to" (buffer-name))

(search-forward "Banks")
(eglot-rename "Shores")
(save-some-buffers t)
(report "renamed" (thing-at-point 'line t))
(undo-boundary)
(undo)
(report "undone" (thing-at-point 'line t))

(goto-char (point-min))
(report "refused" (condition-case refused (eglot-rename "Streams") (error refused)))
